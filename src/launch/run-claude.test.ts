import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeClaude } from "../testing/fake-claude.ts";
import { runClaude, type RunClaudeOptions } from "./run-claude.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-claude-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

function options(more: Partial<RunClaudeOptions>): RunClaudeOptions {
  return {
    baseUrl: "http://127.0.0.1:1",
    model: "m",
    prompt: "hi",
    cwd: folder,
    home: join(folder, "home"),
    ...more,
  };
}

test("the client sees its own HOME and nothing of the user's variables", async () => {
  vi.stubEnv("OPENAI_API_KEY", "sk-user");
  vi.stubEnv("ANTHROPIC_API_KEY", "sk-ant");
  const claude = fakeClaude(folder);
  await runClaude(options({ binary: claude.path, env: { EXTRA: "1" }, stdin: "from stdin" }));
  const { env, args, stdin } = claude.report();
  expect(env).toMatchObject({
    HOME: join(folder, "home"),
    ANTHROPIC_BASE_URL: "http://127.0.0.1:1",
    ANTHROPIC_MODEL: "m",
    HTTPS_PROXY: "http://127.0.0.1:9",
    EXTRA: "1",
  });
  expect(env).not.toHaveProperty("OPENAI_API_KEY");
  expect(env).not.toHaveProperty("ANTHROPIC_API_KEY");
  expect(args.slice(0, 2)).toEqual(["-p", "hi"]);
  expect(stdin).toBe("from stdin");
});

test("its identity is the same in every HOME", async () => {
  const claude = fakeClaude(folder);
  const homes = ["a", "b"].map((name) => join(folder, name));
  for (const home of homes) await runClaude(options({ binary: claude.path, home }));
  const [a, b] = homes.map((home) => readFileSync(join(home, ".claude.json"), "utf8"));
  expect(a).toBe(b);
  expect(JSON.parse(a ?? "")).toEqual({
    userID: expect.stringMatching(/^[0-9a-f]{64}$/),
    machineID: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test("the result is taken from its output, and the exit code is its own", async () => {
  const lines = [
    '{"type":"system","subtype":"init"}',
    "noise",
    '{"type":"result","is_error":true,"result":"No."}',
  ];
  const claude = fakeClaude(
    folder,
    `console.log(${JSON.stringify(lines.join("\n"))}); process.exitCode = 7;`,
  );
  const run = await runClaude(options({ binary: claude.path }));
  expect(run).toMatchObject({ exitCode: 7, signal: null, timedOut: false, result: { result: "No." } });
  expect(run.events.map(({ type }) => type)).toEqual(["system", "result"]);
});

test("a client that hangs is ended with everything it started", async () => {
  const claude = fakeClaude(
    folder,
    `const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
     console.log(child.pid); setInterval(() => {}, 1000);`,
  );
  const run = await runClaude(options({ binary: claude.path, timeoutMs: 1500 }));
  expect(run).toMatchObject({ exitCode: 137, signal: "SIGKILL", timedOut: true });
  const grandchild = Number(run.stdout);
  expect(grandchild).toBeGreaterThan(1);
  await vi.waitFor(() => expect(() => process.kill(grandchild, 0)).toThrow("ESRCH"), 5000);
});

/** JavaScript that starts what never ends, in a session of its own or not, and prints its process id. */
const leaving = (detached: boolean): string =>
  `const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {stdio: "ignore", detached: ${detached}});
   child.unref(); console.log(child.pid);`;

test.each([[false], [true]])("what a client leaves behind is ended too (detached: %s)", async (detached) => {
  const claude = fakeClaude(folder, leaving(detached));
  const run = await runClaude(options({ binary: claude.path }));
  expect(run.exitCode).toBe(0);
  await vi.waitFor(() => expect(() => process.kill(Number(run.stdout), 0)).toThrow("ESRCH"), 5000);
});

test.each(["time", "an abort"])("%s ends a command that the client gave a session of its own", async (by) => {
  const claude = fakeClaude(folder, `${leaving(true)} setInterval(() => {}, 1000);`);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 1500);
  const limits = by === "time" ? { timeoutMs: 1500 } : { signal: abort.signal };
  const run = await runClaude(options({ binary: claude.path, ...limits }));
  clearTimeout(timer);
  expect(run).toMatchObject({ signal: "SIGKILL", timedOut: by === "time" });
  await vi.waitFor(() => expect(() => process.kill(Number(run.stdout), 0)).toThrow("ESRCH"), 5000);
});

test("a client of the folder alone asks nobody, and runs what is named", async () => {
  const claude = fakeClaude(folder);
  await runClaude(options({ binary: claude.path, permissions: { commands: ["node --test:*"] } }));
  const { args } = claude.report();
  expect(args.join(" ")).toContain(
    "--permission-mode acceptEdits --allowedTools Bash(node --test:*) --strict",
  );
  expect(args).not.toContain("--dangerously-skip-permissions");
});
