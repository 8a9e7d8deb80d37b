import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { modelScript, toolCall, words } from "../../scripted/pieces.ts";
import type { ScriptedServer } from "../../scripted/options.ts";
import { startScripted } from "../../scripted/server.ts";
import { tappedClaude, type TappedClaude } from "../../testing/tapped-claude.ts";
import { startTerminal, terminalDefect, type Terminal } from "../../testing/terminal.ts";

const PROGRAM = fileURLToPath(new URL("../claude-bridge.ts", import.meta.url));
const DEFECT = terminalDefect();
if (DEFECT !== null) process.stderr.write(`SKIPPED: a session in a terminal: ${DEFECT}\n`);

const COUNT = Array.from({ length: 400 }, (_, index) => `number-${index}`).join(" ");

let folder: string;
let cwd: string;
let scripted: ScriptedServer;
let claude: TappedClaude;
let terminal: Terminal;

/** A HOME that has been through the first-run questions. */
function seedHome(home: string): void {
  mkdirSync(home, { recursive: true });
  const project = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true };
  const state = { hasCompletedOnboarding: true, theme: "dark", projects: { [cwd]: project } };
  writeFileSync(join(home, ".claude.json"), JSON.stringify(state));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "interactive-"));
  cwd = join(folder, "work");
  mkdirSync(cwd);
  seedHome(join(folder, "home"));
  scripted = await startScripted({
    delayMs: 20,
    scripts: [
      modelScript(
        "[[make]]",
        toolCall("Bash", { command: "touch made && echo '[[made]]'", description: "Make it" }),
      ),
      modelScript("[[made]]", words("The file is made.")),
      modelScript("[[count]]", words(COUNT)),
      modelScript("[[again]]", words("Here I am again.")),
    ],
  });
  claude = tappedClaude(folder);
  const args = ["ollama", "scripted", "--base-url", scripted.url, "--claude-binary", claude.path];
  terminal = startTerminal({
    command: [process.execPath, PROGRAM, ...args],
    env: { PATH: process.env["PATH"], HOME: join(folder, "home") },
    cwd,
  });
});

afterEach(async () => {
  await terminal.close();
  await scripted.close();
  rmSync(folder, { recursive: true, maxRetries: 3 });
});

/** The question takes no key in its first moments: it is answered again until what was asked for is done. */
async function allow(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 20 && !done(); tries++) {
    terminal.type("1");
    await vi.waitUntil(done, { timeout: 3_000 }).catch(() => undefined);
  }
  expect(done()).toBe(true);
}

describe.skipIf(DEFECT !== null)("Claude Code in a terminal", () => {
  test("asks before it runs a command, can be interrupted, goes on, and ends", async () => {
    await terminal.shown("? for shortcuts");
    terminal.type("please [[make]]\r");
    await terminal.shown("Do you want to proceed?");
    expect(existsSync(join(cwd, "made"))).toBe(false);
    await allow(() => existsSync(join(cwd, "made")));
    await terminal.shown("The file is made.");

    terminal.type("now [[count]]\r");
    await terminal.shown("number-3");
    terminal.type("\u001B");
    await terminal.shown("Interrupted");
    const counting = scripted.requests.findLast(({ path }) => path === "/api/chat");
    await vi.waitFor(() => expect(counting?.closedBy).toBe("peer"));

    terminal.type("and [[again]]\r");
    await terminal.shown("Here I am again.");
    terminal.type("/exit\r");
    await terminal.shown("cost: 0, the model is local");
    expect(await terminal.ended).toBe(0);

    const asked = claude.records().filter(({ path }) => path.startsWith("/v1/messages?"));
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const last = asked.at(-1)?.body ?? "";
    for (const word of ["[[made]]", "number-3", "[[again]]"]) expect(last.includes(word)).toBe(true);
    expect(last.includes("number-399")).toBe(false);
  });
});
