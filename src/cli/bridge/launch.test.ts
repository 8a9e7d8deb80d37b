import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readCassette } from "../../cassette/read.ts";
import { verifyCassette } from "../../replay/verify.ts";
import { modelScript, words } from "../../scripted/pieces.ts";
import type { ScriptedServer } from "../../scripted/options.ts";
import { startScripted } from "../../scripted/server.ts";
import { fakeClaude, type FakeClaude } from "../../testing/fake-claude.ts";
import { runProgram, type ProgramResult } from "../../testing/program.ts";

const SECRET = "sk-canary-0123456789abcdef";

/** In Claude Code's place: one question, and its exit code. */
const ASK = `
  const headers = { authorization: "Bearer " + process.env.ANTHROPIC_AUTH_TOKEN, "content-type": "application/json", "anthropic-version": "2023-06-01" };
  const body = JSON.stringify({ model: process.env.ANTHROPIC_MODEL, max_tokens: 64, stream: true, messages: [{ role: "user", content: "[[hi]] ${SECRET}" }] });
  fetch(process.env.ANTHROPIC_BASE_URL + "/v1/messages?beta=true", { method: "POST", headers, body })
    .then(async (answer) => { console.log((await answer.text()).includes("Hello")); process.exitCode = 7; });`;

let folder: string;
let scripted: ScriptedServer;
let claude: FakeClaude;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "launch-"));
  mkdirSync(join(folder, "work"));
  scripted = await startScripted({
    scripts: [modelScript("[[hi]]", words("Hello."))],
    models: [
      {
        name: "large",
        capabilities: ["completion", "tools", "thinking"],
        numCtx: 131_072,
        numCtxStated: true,
      },
      { name: "small", capabilities: ["completion", "tools"], numCtx: 16_384, numCtxStated: true },
    ],
  });
  claude = fakeClaude(folder, ASK, "leave");
});

afterEach(async () => {
  await scripted.close();
  rmSync(folder, { recursive: true });
});

function launch(model: string, ...args: string[]): Promise<ProgramResult> {
  const words = ["ollama", model, "--claude-binary", claude.path, "-p", "hi", ...args];
  const env = {
    PATH: process.env["PATH"],
    HOME: join(folder, "home"),
    OLLAMA_HOST: scripted.url,
    MY_API_KEY: SECRET,
  };
  return runProgram("claude-bridge", words, { env, cwd: join(folder, "work") });
}

describe("what the model can do decides how Claude Code is started", () => {
  test("a large window", async () => {
    const run = await launch("large", "--debug");
    expect(claude.report().env).toMatchObject({
      CLAUDE_CODE_MAX_CONTEXT_TOKENS: "131072",
      CLAUDE_CODE_MAX_OUTPUT_TOKENS: "26214",
      ENABLE_TOOL_SEARCH: "false",
    });
    expect(claude.report().env).not.toHaveProperty("CLAUDE_CODE_DISABLE_THINKING");
    expect(run.stderr).toContain("claude-bridge: all tools are described in every request\n");
    expect(run.stderr).not.toContain("is small");
  });

  test("a small one, and no thinking", async () => {
    const run = await launch("small");
    expect(claude.report().env).toMatchObject({
      CLAUDE_CODE_MAX_CONTEXT_TOKENS: "26384",
      CLAUDE_CODE_DISABLE_THINKING: "1",
      ENABLE_TOOL_SEARCH: "true",
    });
    expect(run.stderr).toContain("claude-bridge: a context window of 16384 tokens is small");
  });
});

describe("at the end", () => {
  test("tokens and cost are told on stderr, and the price was 0 from the start", async () => {
    const run = await launch("large");
    expect(run).toMatchObject({ code: 7, stdout: "true\n" });
    expect(run.stderr).toMatch(/^claude-bridge: \d+ tokens in, \d+ out; cost: 0, the model is local\n$/);
    expect(claude.report().args.join(" ")).toContain('{"modelPricing":{"overrides":{"large":{"input":0,');
  });

  test("--quiet says nothing", async () => {
    expect(await launch("small", "--quiet")).toMatchObject({ code: 7, stderr: "" });
  });
});

describe("--trace", () => {
  test("keeps a cassette that verifies and holds no secret", async () => {
    const run = await launch("large", "--trace", "--log-dir", "traces");
    expect(run).toMatchObject({ code: 7, stdout: "true\n" });
    const [name = ""] = readdirSync(join(folder, "work", "traces"));
    expect(run.stderr).toContain(`claude-bridge: trace: traces/${name} `);
    const cassette = await readCassette(join(folder, "work", "traces", name));
    expect((await verifyCassette(cassette)).findings).toEqual([]);
    expect(cassette.manifest).toMatchObject({
      redaction: { profile: "secrets" },
      client: { exitCode: 7, environment: { CLAUDE_CODE_MAX_CONTEXT_TOKENS: "131072" } },
    });
    const kept = readdirSync(join(folder, "work", "traces", name), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.\w+$/.test(file))
      .map((file) => readFileSync(join(folder, "work", "traces", name, file), "utf8"));
    expect(kept.join("")).toContain("Hello");
    expect(kept.join("")).not.toContain(SECRET);
  });

  test("is in the user's state folder by itself", async () => {
    const run = await launch("large", "--trace", "--quiet");
    expect(run.stderr).toContain(`claude-bridge: trace: ${join(folder, "home")}`);
  });

  test("a session that asked nothing leaves none, and ends as it did", async () => {
    claude = fakeClaude(folder, "process.exitCode = 3;", "leave");
    const run = await launch("large", "--trace", "--log-dir", "traces");
    expect(run).toMatchObject({ code: 3, stderr: expect.stringMatching(/: no trace: replay-empty: .*\n$/) });
  });
});
