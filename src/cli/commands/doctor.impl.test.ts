import { expect, test } from "vitest";
import { lookAround, report, verdict, type Finding } from "./doctor.impl.ts";

const NODE: Finding = { name: "Node", here: true, detail: "22.22.0" };
const CLAUDE: Finding = { name: "Claude Code", here: false, detail: "not on PATH", how: "install it" };
const OLLAMA: Finding = {
  name: "Ollama",
  here: false,
  detail: "silent",
  neededFor: "--model",
  how: "get it",
};

test("what is missing is said with the way to get it", () => {
  expect(report([NODE, CLAUDE, OLLAMA])).toBe(
    [
      "here     Node        22.22.0",
      "missing  Claude Code not on PATH",
      "                     get it: install it",
      "missing  Ollama      silent  (needed for: --model)",
      "                     get it: get it",
      "",
    ].join("\n"),
  );
});

test.each([
  [[NODE], 0],
  [[NODE, OLLAMA], 0],
  [[NODE, CLAUDE, OLLAMA], 3],
] as const)("%o: exit %j", (findings, expected) => {
  expect(verdict(findings)).toBe(expected);
});

test("a named Claude Code that cannot be started is missing", async () => {
  const findings = await lookAround("./no-such-claude", { OLLAMA_HOST: "127.0.0.1:1" });
  expect(findings.map(({ name, here }) => [name, here]).slice(0, 3)).toEqual([
    ["Node", true],
    ["Claude Code", false],
    ["Ollama", false],
  ]);
});

test("what cannot be used is said of the name that was given", async () => {
  const env = { OLLAMA_HOST: "two words", DOCKER_HOST: "unix:///nope/docker.sock" };
  const found = await lookAround("./no-such-claude", env);
  expect(found).toContainEqual(expect.objectContaining({ detail: "./no-such-claude cannot be started" }));
  expect(found).toContainEqual(
    expect.objectContaining({
      name: "Ollama",
      here: false,
      detail: expect.stringMatching(/^OLLAMA_HOST is "two words", which is no address/) as string,
    }),
  );
});

test("an engine that is not there is one finding, with the way to get it", async () => {
  const findings = await lookAround("./no-such-claude", {
    OLLAMA_HOST: "127.0.0.1:1",
    DOCKER_HOST: "unix:///nowhere/docker.sock",
  });
  expect(findings.slice(3)).toEqual([
    {
      name: "Docker",
      here: false,
      detail: expect.stringMatching(/^there is no container engine at unix:\/\/\/nowhere/) as string,
      neededFor: "--model NAME where no Ollama runs",
      how: "https://docs.docker.com/get-docker/",
    },
  ]);
});
