import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { locateClaude } from "../../launch/find-claude.ts";
import { modelScript, toolCall, words } from "../../scripted/pieces.ts";
import { startScripted } from "../../scripted/server.ts";
import { ONE_HIT, startFakeWeb } from "../../testing/fake-web.ts";
import { runProgram } from "../../testing/program.ts";
import { startTrueModel, trueModelDefect } from "../../testing/true-model.ts";

const defect = await trueModelDefect();

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trace-"));
  for (const name of ["home", "work"]) mkdirSync(join(folder, name));
});

afterEach(() => rmSync(folder, { recursive: true, maxRetries: 3 }));

test("a trace of the real client, told of a small window, verifies and replays to the same client", async () => {
  const scripted = await startScripted({
    flavour: "openai",
    scripts: [
      modelScript(
        "[[go]]",
        toolCall("Bash", { command: "echo '[[ran]]'; echo $HOME", description: "Say it" }),
      ),
      modelScript("[[ran]]", words("It ran.")),
    ],
  });
  const options = {
    env: { PATH: process.env["PATH"], HOME: join(folder, "home"), IS_SANDBOX: "1" },
    cwd: join(folder, "work"),
  };
  const binary = ["--claude-binary", locateClaude() ?? ""];
  const claude = ["-p", "please [[go]]", "--dangerously-skip-permissions", "--output-format", "json"];
  const model = ["openai", "scripted", "--base-url", `${scripted.url}/v1`, "--set", "context=500000"];
  const own = [
    ...model,
    "--set",
    "thinking=none",
    "--max-output-tokens",
    "3000",
    "--trace",
    "--log-dir",
    "t",
  ];
  const session = await runProgram("claude-bridge", [...own, ...binary, ...claude], options);
  await scripted.close();
  expect(session.code).toBe(0);
  const [name = ""] = readdirSync(join(folder, "work", "t"));

  const verified = await runProgram("bridge-conformance", ["verify", name, "--dir", "t"], options);
  expect(verified).toMatchObject({ code: 0, stdout: `ok   ${name}: 2 exchanges, 0 differences\n` });
  const played = ["replay", name, "--dir", "t", "--fail-on-drift", ...binary, "--", "claude", ...claude];
  const replayed = await runProgram("bridge-conformance", played, options);
  expect(replayed.stderr).toContain("served 2/2 exact 2 reordered 0 unconsumed 0");
  expect(replayed).toMatchObject({ code: 0, stdout: expect.stringContaining('"result":"It ran."') });
});

test.skipIf(defect !== null)(
  "a session that is passed through to a real server's own /v1/messages is traced and recorded too",
  async () => {
    const model = await startTrueModel();
    const options = {
      env: { PATH: process.env["PATH"], HOME: join(folder, "home"), IS_SANDBOX: "1" },
      cwd: join(folder, "work"),
    };
    const binary = ["--claude-binary", locateClaude() ?? ""];
    const claude = ["--bare", "-p", "What is the capital of Japan?", "--output-format", "json"];
    const there = ["--base-url", model.baseUrl, "--api-key", "sk-canary-of-the-upstream"];
    try {
      const trace = ["anthropic", model.model, ...there, "--trace", "--log-dir", "t", ...binary];
      const traced = await runProgram("claude-bridge", [...trace, ...claude], options);
      expect(traced).toMatchObject({ code: 0, stdout: expect.stringContaining("Tokyo") });
      const record = ["record", "published", "--dir", "t", "--provider", "anthropic", "--model", model.model];
      const recorded = await runProgram(
        "bridge-conformance",
        [...record, ...there, ...binary, "--", "claude", ...claude],
        options,
      );
      expect(recorded).toMatchObject({ code: 0, stdout: expect.stringContaining("Tokyo") });
    } finally {
      await model.close();
    }
    const names = readdirSync(join(folder, "work", "t"));
    expect(names).toHaveLength(2);
    for (const [index, name] of names.entries()) {
      const verified = await runProgram("bridge-conformance", ["verify", name, "--dir", "t"], options);
      expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining(" 0 differences\n") });
      const surface = ["--surface", index === 0 ? "front" : "back"];
      const played = ["replay", name, "--dir", "t", ...surface, ...binary, "--", "claude", ...claude];
      const replayed = await runProgram("bridge-conformance", played, options);
      expect(replayed).toMatchObject({ code: 0, stdout: expect.stringContaining("Tokyo") });
    }
    const kept = readdirSync(join(folder, "work", "t"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
    expect(kept.filter((text) => text.includes("canary"))).toEqual([]);
  },
);

test("a trace of a session in which the bridge searched the web verifies and replays without the search service", async () => {
  const scripted = await startScripted({
    scripts: [
      modelScript("[[search-it]]", toolCall("WebSearch", { query: "[[inner-search]]" })),
      modelScript("[[inner-search]]", toolCall("web_search", { query: "[[inner-search]] needles" })),
      modelScript("An excerpt.", words("Found: [[found-it]]")),
      modelScript("[[found-it]]", words("The search was made.")),
    ],
  });
  const searx = await startFakeWeb(() => ({ body: ONE_HIT }));
  const options = {
    env: { PATH: process.env["PATH"], HOME: join(folder, "home"), IS_SANDBOX: "1" },
    cwd: join(folder, "work"),
  };
  const binary = ["--claude-binary", locateClaude() ?? ""];
  const claude = ["-p", "please [[search-it]]", "--dangerously-skip-permissions", "--output-format", "json"];
  const traced = ["ollama", "scripted", "--base-url", scripted.url, "--trace", "--log-dir", "t"];
  const search = ["--web-search", `searxng:${searx.url}`];
  const session = await runProgram("claude-bridge", [...traced, ...search, ...binary, ...claude], options);
  await scripted.close();
  await searx[Symbol.asyncDispose]();
  expect(session).toMatchObject({ code: 0, stdout: expect.stringContaining("The search was made.") });
  expect(searx.requests).toHaveLength(1);
  const [name = ""] = readdirSync(join(folder, "work", "t"));

  const verified = await runProgram("bridge-conformance", ["verify", name, "--dir", "t"], options);
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining(" 0 differences\n") });
  const shown = await runProgram("bridge-conformance", ["cassette", "show", name, "--dir", "t"], options);
  expect(shown.stdout).toMatch(/GET search service \/search\?q=\S+ {2}-> {2}200/);
  expect(shown.stdout).not.toContain(searx.url);
  for (const surface of ["front", "back"]) {
    const played = ["replay", name, "--dir", "t", "--surface", surface, ...binary, "--", "claude", ...claude];
    const replayed = await runProgram("bridge-conformance", played, options);
    expect(replayed).toMatchObject({ code: 0, stdout: expect.stringContaining("The search was made.") });
  }
});
