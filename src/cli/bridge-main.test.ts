import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeClaude, type FakeClaude } from "../testing/fake-claude.ts";
import { startScripted } from "../scripted/server.ts";
import { bridgeMain } from "./bridge-main.ts";
import { runProgram, startProgram, type ProgramResult } from "../testing/program.ts";

const KEY = "sk-secret-upstream-key-123456";

let folder: string;
let project: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridge-main-"));
  project = join(folder, "project");
  mkdirSync(project);
  env = { PATH: process.env["PATH"], HOME: join(folder, "home") };
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = 0;
});

function bridge(claude: FakeClaude, args: string[], stdin = ""): Promise<ProgramResult> {
  const all = [
    "openai",
    "gpt-4o",
    "--baseURL",
    "http://127.0.0.1:1/v1",
    "--claude-binary",
    claude.path,
    ...args,
  ];
  return runProgram("claude-bridge", all, { env, cwd: project, stdin });
}

/** What every Claude Code behind a bridge is told, so that its WebFetch asks nobody for permission. */
const RATES = '{"input":0,"output":0,"cacheRead":0,"cacheWrite":0}';
const SETTINGS = [
  "--managed-settings",
  `{"modelPricing":{"overrides":{"gpt-4o":${RATES}}}}`,
  "--settings",
  '{"skipWebFetchPreflight":true}',
];

describe("claude-bridge PROVIDER MODEL", () => {
  test("gives Claude Code its arguments and stdin, and ends with its exit code", async () => {
    const claude = fakeClaude(folder, "console.log('from claude'); process.exitCode = 7;");
    const args = [
      "-p",
      '日本 "q"',
      "--model",
      "opus",
      "--permission-mode",
      "plan",
      "--tools",
      "",
      "--",
      "--debug",
    ];
    const run = await bridge(claude, args, "typed\n");
    expect(run).toMatchObject({ code: 7, stdout: "from claude\n", stderr: "", leftBehind: false });
    expect(claude.report()).toMatchObject({
      args: [
        ...SETTINGS,
        "-p",
        '日本 "q"',
        "--model",
        "opus",
        "--permission-mode",
        "plan",
        "--tools",
        "",
        "--debug",
      ],
      stdin: "typed\n",
    });
  });

  test("passes a permission mode that needs no classifier unless one was chosen", async () => {
    const claude = fakeClaude(folder);
    await bridge(claude, ["-p", "hi"]);
    expect(claude.report().args).toEqual([...SETTINGS, "--permission-mode", "default", "-p", "hi"]);
  });

  test("removes what points elsewhere, keeps what is the user's, and says so with --debug", async () => {
    Object.assign(env, {
      ANTHROPIC_BASE_URL: "https://elsewhere.example",
      ANTHROPIC_API_KEY: "sk-ant-x",
      CLAUDE_CODE_USE_BEDROCK: "1",
      CLAUDE_CODE_MAX_RETRIES: "3",
      GROQ_API_KEY: "gsk-x",
      OPENAI_API_KEY: KEY,
      MY_COPY: KEY,
    });
    const claude = fakeClaude(folder);
    const own = ["--debug", "--log-dir", "logs", "--set", "context=40960", "--max-output-tokens", "4096"];
    const run = await bridge(claude, ["-p", "hi", ...own]);
    const seen = claude.report().env;
    expect(seen).toMatchObject({
      HOME: join(folder, "home"),
      ANTHROPIC_BASE_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      ANTHROPIC_MODEL: "gpt-4o",
      ENABLE_TOOL_SEARCH: "true",
      CLAUDE_CODE_MAX_RETRIES: "3",
      CLAUDE_CODE_MAX_CONTEXT_TOKENS: "49864",
      CLAUDE_CODE_MAX_OUTPUT_TOKENS: "4096",
    });
    for (const name of [
      "ANTHROPIC_API_KEY",
      "CLAUDE_CODE_USE_BEDROCK",
      "GROQ_API_KEY",
      "OPENAI_API_KEY",
      "MY_COPY",
    ])
      expect(seen).not.toHaveProperty(name);
    expect(run.stderr).toContain(
      "removed from its environment: ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, CLAUDE_CODE_USE_BEDROCK, GROQ_API_KEY, MY_COPY, OPENAI_API_KEY",
    );
    expect(readdirSync(join(project, "logs"))).toHaveLength(1);
  });

  test("lets nobody else see the upstream's key", async () => {
    const ask = `
      const url = process.env.ANTHROPIC_BASE_URL + "/v1/messages";
      const headers = { authorization: "Bearer " + process.env.ANTHROPIC_AUTH_TOKEN, "content-type": "application/json", "anthropic-version": "2023-06-01" };
      const body = JSON.stringify({ model: "gpt-4o", max_tokens: 9, messages: [{ role: "user", content: "hi" }] });
      fetch(url, { method: "POST", headers, body }).then(async (r) => console.log(r.status, await r.text()));`;
    const claude = fakeClaude(folder, ask);
    const run = await bridge(claude, ["--apiKey", KEY, "--debug", "--log-dir", "logs", "--maxRetries", "0"]);
    expect(run.stdout).toMatch(/^50\d .*"type":"error"/);
    const logs = readdirSync(join(project, "logs")).map((name) =>
      readFileSync(join(project, "logs", name), "utf8"),
    );
    expect(logs.join("")).toContain("/v1/messages");
    for (const text of [run.stdout, run.stderr, ...logs, JSON.stringify(claude.report())])
      expect(text).not.toContain(KEY);
  });

  test("asks for the token it gave to Claude Code", async () => {
    const claude = fakeClaude(
      folder,
      `fetch(process.env.ANTHROPIC_BASE_URL + "/v1/messages", { method: "POST", body: "{}" }).then((r) => console.log(r.status));`,
    );
    expect((await bridge(claude, [])).stdout).toBe("401\n");
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("passes %s on and ends as its child does, with %i", async (signal, code) => {
    const claude = fakeClaude(folder, "setInterval(() => {}, 1000);");
    const args = ["ollama", "m", "--claude-binary", claude.path];
    const { child, ended } = startProgram("claude-bridge", args, { env, cwd: project });
    await vi.waitFor(() => expect(existsSync(join(folder, "report.json"))).toBe(true), 10_000);
    child.kill(signal);
    expect(await ended).toMatchObject({ code, signal: null, leftBehind: false });
  });

  test("a client that handles the signal itself decides the exit code", async () => {
    const claude = fakeClaude(
      folder,
      "process.on('SIGINT', () => process.exit(5)); setInterval(() => {}, 1000); console.log('ready');",
    );
    const args = ["ollama", "m", "--claude-binary", claude.path];
    const { child, ended } = startProgram("claude-bridge", args, { env, cwd: project });
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 5, signal: null });
  });
});

describe("claude-bridge", () => {
  test.each([
    [["opnai", "m"], 2, /^usage: unknown provider "opnai"; did you mean "openai"\?/],
    [["anthropic", "m"], 3, /^api-key-missing: .*ANTHROPIC_API_KEY/],
    [["google", "m"], 3, /^api-key-missing: .*GEMINI_API_KEY or GOOGLE_API_KEY/],
    [
      ["openai", "-p", "hi", "--baseURL", "http://127.0.0.1:1/v1"],
      2,
      /^usage: a model is missing before "-p"/,
    ],
    [["openai", "m"], 3, /^api-key-missing: .*OPENAI_API_KEY/],
    [["ollama", "m", "--claude-binary", "./none"], 3, /^claude-missing: \.\/none cannot be started/],
    [["ollama", "m", "--set", "wings=true"], 2, /^usage: set\.wings: unknown flag/],
    [["ollama", "m", "--port", "1"], 2, /^usage: --port belongs to "claude-bridge serve/],
    [["ollama", "--baseURL", "http://127.0.0.1:1"], 3, /^backend-unreachable: .*ECONNREFUSED.*ollama serve/],
    [["serve", "ollama"], 2, /^usage: serve needs PROVIDER and MODEL/],
    [["serve", "ollama", "m", "more"], 2, /^usage: serve takes no "more"/],
    [["serve", "ollama", "m", "--host", "0.0.0.0"], 2, /^usage: --host 0\.0\.0\.0 .*--auth-token/],
    [["--patch-claude"], 2, /^usage: --patch-claude: /],
  ] as const)("%j ends with %i and one line", async (args, code, line) => {
    for (const name of ["OPENAI", "ANTHROPIC", "GEMINI", "GOOGLE"]) vi.stubEnv(`${name}_API_KEY`, undefined);
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await bridgeMain([...args]);
    expect(process.exitCode).toBe(code);
    expect(stderr.mock.calls).toEqual([[expect.stringMatching(line)]]);
    expect(stderr.mock.calls[0]?.[0]).toMatch(/^[^\n]*\n$/);
  });

  test("with a provider alone it lists the models that are there now", async () => {
    const scripted = await startScripted();
    const run = await runProgram("claude-bridge", ["ollama"], { env: { ...env, OLLAMA_HOST: scripted.url } });
    await scripted.close();
    expect(run).toMatchObject({ code: 0, stdout: "scripted:latest\nscripted-plain:latest\n", stderr: "" });
  });

  test("without arguments it lists the providers", async () => {
    const given = { ...env, OLLAMA_HOST: "box:1", GROQ_API_KEY: "K-canary", GOOGLE_API_KEY: "K-canary" };
    const run = await runProgram("claude-bridge", [], { env: given });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).not.toContain("K-canary");
    const lines = run.stdout.split("\n").map((line) => line.trim().replaceAll(/ +/g, " "));
    expect(lines).toEqual(
      expect.arrayContaining([
        "ollama http://box:1 OLLAMA_API_KEY",
        expect.stringMatching(/^openai https:\/\/api\.openai\.com\/v1 OPENAI_API_KEY/),
        "groq https://api.groq.com/openai/v1 GROQ_API_KEY (set)",
        expect.stringMatching(/^google \S+ GEMINI_API_KEY or GOOGLE_API_KEY \(set\)$/),
        "llamacpp http://localhost:8080/v1 LLAMA_API_KEY",
      ]),
    );
  });

  test.each([["--help"], ["--version"]])("%s is answered on stdout", async (option) => {
    const run = await runProgram("claude-bridge", [option], { env });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(option === "--help" ? /--base-url, --baseURL/ : /^\d+\.\d+\.\d+\n$/);
  });

  test("serve starts while its upstream is down, and a signal ends it", async () => {
    const args = [
      "serve",
      "ollama",
      "m",
      "--baseURL",
      "http://127.0.0.1:1",
      "--port",
      "0",
      "--auth-token",
      "tok",
    ];
    const { child, stderr, ended } = startProgram("claude-bridge", args, { env });
    const url = await vi.waitFor(() => {
      const [, found] = /served at (\S+)\n/.exec(stderr()) ?? [];
      if (found === undefined) throw new Error(`it says only: ${stderr()}`);
      return found;
    }, 15_000);
    const asked = await fetch(`${url}/v1/models`, { headers: { "x-api-key": "wrong" } });
    expect(asked.status).toBe(401);
    child.kill("SIGINT");
    const run = await ended;
    expect(run).toMatchObject({ code: 0, stdout: "", leftBehind: false });
    expect(run.stderr).not.toContain("tok\n");
  });
});
