import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startPullingOllama, type PullingOllama } from "../../testing/container/pulling-ollama.ts";
import { startTerminal, terminalDefect, type Terminal } from "../../testing/terminal.ts";

const PROGRAM = fileURLToPath(new URL("../bridge-conformance.ts", import.meta.url));
const DEFECT = terminalDefect();
if (DEFECT !== null) process.stderr.write(`SKIPPED: a download in a terminal: ${DEFECT}\n`);
const CTRL_C = "\u0003";

let ollama: PullingOllama;
let folder: string;
let terminal: Terminal | undefined;

beforeEach(async () => {
  ollama = await startPullingOllama();
  folder = mkdtempSync(join(tmpdir(), "run-terminal-"));
});

afterEach(async () => {
  await terminal?.close();
  await ollama.close();
  rmSync(folder, { recursive: true });
});

/** `bridge-conformance --model …` in a terminal; the Ollama that runs has none of these models. */
function start(...models: string[]): Terminal {
  const line = `--live-runs 5 --case messages.shape.envelope ${models.map((name) => `--model ${name}`).join(" ")}`;
  const command = [process.execPath, PROGRAM, ...line.split(" ")];
  terminal = startTerminal({
    command,
    env: { PATH: process.env["PATH"], HOME: folder, OLLAMA_HOST: ollama.url },
    cwd: folder,
  });
  return terminal;
}

function question(model: string): string {
  return `Download ${model} (to the Ollama at ${ollama.url})? [y/N]`;
}

describe.skipIf(DEFECT !== null)("a model that has to be downloaded, in a terminal", () => {
  test.each(["n\r", "\r"])("%j: nothing is downloaded, exit 3, and the command that would", async (keys) => {
    const { shown, type, ended } = start("new:1b");
    await shown(question("new:1b"));
    type(keys);
    await shown('backend-consent: model "new:1b" is not at the Ollama');
    await shown('run "ollama pull new:1b", or this command again with --yes');
    expect(await ended).toBe(3);
    expect(ollama.pulls).toEqual([]);
  });

  test("y: a bar that fills, then the run and its report, exit 0", async () => {
    const { shown, type, ended } = start("new:1b");
    await shown(question("new:1b"));
    type("y\r");
    await shown("new:1b [######");
    await shown("100% of 40.0 MB, success");
    await shown("new:1b: finding out what it can do, and warming it up");
    await shown("live: new:1b");
    await shown("shape.envelope 5/5");
    await shown("model capability: MUST 1/1");
    expect(await ended).toBe(0);
    expect(ollama.pulls).toEqual([{ model: "new:1b", ended: "success" }]);
  });

  test("two models: a question for each, before anything is run", async () => {
    const { shown, type, ended } = start("new:1b", "other:1b");
    await shown(question("new:1b"));
    type("y\r");
    await shown(question("other:1b"));
    type("n\r");
    await shown('backend-consent: model "other:1b" is not at');
    expect(await ended).toBe(3);
    expect(ollama.pulls.map(({ model }) => model)).toEqual(["new:1b"]);
  });

  test("Ctrl-C at the question: exit 5, nothing is downloaded", async () => {
    const { shown, type, ended } = start("new:1b");
    await shown(question("new:1b"));
    type(CTRL_C);
    await shown("backend-interrupted: stopped before the model was ready");
    expect(await ended).toBe(5);
    expect(ollama.pulls).toEqual([]);
  });

  test("Ctrl-C while it is pulled: the pull is broken off, exit 5", async () => {
    const { shown, type, ended } = start("slow:1b");
    await shown(question("slow:1b"));
    type("y\r");
    await shown("20% of 40.0 MB");
    type(CTRL_C);
    await shown("backend-interrupted: stopped before the model was ready");
    expect(await ended).toBe(5);
    await vi.waitFor(() => expect(ollama.pulls).toEqual([{ model: "slow:1b", ended: "left" }]));
  });
});
