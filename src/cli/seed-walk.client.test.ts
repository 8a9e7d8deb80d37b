import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startScripted } from "../scripted/server.ts";
import type { ScriptedServer } from "../scripted/options.ts";
import { startProgram, type RunningProgram } from "../testing/program.ts";
import { tappedClaude, type TappedClaude } from "../testing/tapped-claude.ts";
import { SseDecoder } from "../wire/sse.ts";

let scripted: ScriptedServer;
let folder: string;
let claude: TappedClaude;

beforeEach(async () => {
  scripted = await startScripted({ flavour: "openai" });
  folder = mkdtempSync(join(tmpdir(), "seed-walk-"));
  mkdirSync(join(folder, "home"));
  mkdirSync(join(folder, "project"));
  claude = tappedClaude(folder);
});

afterEach(async () => {
  await scripted.close();
  rmSync(folder, { recursive: true });
});

/** `OPENAI_API_KEY=dummy claude-bridge openai scripted --baseURL http://localhost:PORT/v1 …` */
function walk(prompt: string, ...more: string[]): RunningProgram {
  const bridge = ["openai", "scripted", "--baseURL", `http://127.0.0.1:${scripted.port}/v1`];
  const env = {
    PATH: process.env["PATH"],
    HOME: join(folder, "home"),
    IS_SANDBOX: "1",
    OPENAI_API_KEY: "dummy",
    HTTP_PROXY: "http://127.0.0.1:9",
    HTTPS_PROXY: "http://127.0.0.1:9",
  };
  const args = [...bridge, ...more, "-p", prompt, "--dangerously-skip-permissions"];
  return startProgram("claude-bridge", args, { env, cwd: join(folder, "project") });
}

/** The same, with a tap between Claude Code and the bridge. */
function tappedWalk(prompt: string, ...more: string[]): RunningProgram["ended"] {
  return walk(prompt, "--claude-binary", claude.path, ...more).ended;
}

interface StreamEvent {
  type: string;
  content_block?: { type: string; name?: string };
  delta?: { type: string; partial_json?: string };
}

/** The arguments of the WebSearch call in the front bytes of the first answer. */
function searchedWith(): unknown {
  const first = claude.records().find(({ path }) => path.startsWith("/v1/messages?"));
  const events = new SseDecoder()
    .push(Buffer.from(first?.answer ?? ""))
    .map(({ data }) => JSON.parse(data) as StreamEvent);
  expect(events.find(({ content_block: block }) => block?.type === "tool_use")?.content_block?.name).toBe(
    "WebSearch",
  );
  return JSON.parse(events.map(({ delta }) => delta?.partial_json ?? "").join(""));
}

/** The client's last request, which holds what it told the model. */
function lastAsked(): string {
  return claude.records().findLast(({ path }) => path.startsWith("/v1/messages?"))?.body ?? "";
}

test("a question is answered", async () => {
  const run = await tappedWalk("日本の首都はどこですか");
  expect(run).toMatchObject({ code: 0, leftBehind: false, stdout: "日本の首都は東京です。\n" });
  expect(claude.records().map(({ path, status }) => [path, status])).toEqual([
    ["/v1/messages?beta=true", 200],
  ]);
});

const QUERY = "アメリカ合衆国の首都";
const ANSWER = "アメリカの首都はワシントンD.C.です。\n";

test("a web search with two empty lists is sent without them", async () => {
  const run = await tappedWalk("アメリカの首都は");
  expect(searchedWith()).toEqual({ query: QUERY });
  expect(run).toMatchObject({ code: 0, leftBehind: false, stdout: ANSWER });
});

test("a web search with two filled lists keeps the allowed domains that are not blocked", async () => {
  const run = await tappedWalk("[[search-both-lists]]");
  expect(searchedWith()).toEqual({ query: QUERY, allowed_domains: ["example.com"] });
  expect(run).toMatchObject({ code: 0, leftBehind: false, stdout: ANSWER });
});

test("a web search of which nothing is left is an invalid input, and the model is told", async () => {
  const run = await tappedWalk("[[search-nothing-left]]");
  expect(lastAsked()).toContain("InputValidationError");
  expect(run).toMatchObject({ code: 0, leftBehind: false, stdout: ANSWER });
});

test("with --no-repair the client refuses the two filled lists", async () => {
  const run = await tappedWalk("[[search-both-lists]]", "--no-repair");
  expect(searchedWith()).toEqual({
    query: QUERY,
    allowed_domains: ["example.com", "example.org"],
    blocked_domains: ["example.org"],
  });
  expect(lastAsked()).toContain("Cannot specify both allowed_domains and blocked_domains");
  expect(run).toMatchObject({ code: 0, leftBehind: false, stdout: ANSWER });
});

test.each([
  // Claude Code takes an interrupt for a wish of its user and ends without complaint.
  ["SIGINT", 0],
  ["SIGTERM", 143],
] as const)("%s while the model is silent ends everything, with %i", async (signal, code) => {
  scripted.enqueue([{ stall: true }]);
  const { child, ended } = walk("日本の首都はどこですか");
  const asked = (): void =>
    expect(scripted.requests.some(({ path }) => path.endsWith("/chat/completions"))).toBe(true);
  await vi.waitFor(asked, { timeout: 30_000 });
  child.kill(signal);
  expect(await ended).toMatchObject({ code, signal: null, leftBehind: false });
  await vi.waitFor(() => expect(scripted.requests.at(-1)?.closedBy).toBe("peer"), 5000);
});

test("settings of the user that name another server and another key are not followed", async () => {
  mkdirSync(join(folder, "home", ".claude"));
  const settings = {
    env: {
      ANTHROPIC_BASE_URL: "http://127.0.0.1:9",
      ANTHROPIC_API_KEY: "sk-ant-user",
      CLAUDE_CODE_USE_BEDROCK: "1",
    },
    apiKeyHelper: "echo sk-ant-helper",
  };
  writeFileSync(join(folder, "home", ".claude", "settings.json"), JSON.stringify(settings));
  const run = await tappedWalk("日本の首都はどこですか");
  expect(run).toMatchObject({ code: 0, leftBehind: false, stdout: "日本の首都は東京です。\n" });
  expect(JSON.stringify(claude.records())).not.toContain("sk-ant-");
});

test("what the bridge says reaches neither the client's stdout nor its exit code", async () => {
  scripted.enqueue(
    ...Array.from({ length: 4 }, () => [{ status: 401 }, { write: '{"error":{"message":"bad key"}}' }]),
  );
  const run = await walk("日本の首都はどこですか", "--debug", "--log-dir", join(folder, "logs")).ended;
  expect(run).toMatchObject({ code: 1, leftBehind: false });
  expect(run.stdout).toMatch(/^API Error: 502 the model server refused the bridge's own credential/);
});
