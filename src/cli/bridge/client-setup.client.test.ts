import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { modelScript, words } from "../../scripted/pieces.ts";
import type { ScriptedOptions, ScriptedServer } from "../../scripted/options.ts";
import { startScripted } from "../../scripted/server.ts";
import { runProgram } from "../../testing/program.ts";
import { tappedClaude } from "../../testing/tapped-claude.ts";

let folder: string;
let scripted: ScriptedServer;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "client-setup-"));
  for (const name of ["work", "home/.claude"]) mkdirSync(join(folder, name), { recursive: true });
});

async function start(options: ScriptedOptions): Promise<string> {
  scripted = await startScripted({ scripts: [modelScript("[[hi]]", words("Hello."))], ...options });
  return scripted.url;
}

afterEach(async () => {
  await scripted.close();
  rmSync(folder, { recursive: true, maxRetries: 3 });
});

interface Seen {
  model: string;
  max_tokens: number;
  thinking?: object;
  tools: { name: string; defer_loading?: boolean }[];
}

/** The real client's one request, the size of it, and what it printed. */
async function ask(
  ...given: string[]
): Promise<{ seen: Seen; bytes: number; result: Record<string, unknown> }> {
  const claude = tappedClaude(folder);
  const args = [...given, "--claude-binary", claude.path, "-p", "[[hi]]", "--output-format", "json"];
  const env = {
    PATH: process.env["PATH"],
    HOME: join(folder, "home"),
    IS_SANDBOX: "1",
  };
  const run = await runProgram("claude-bridge", args, { env, cwd: join(folder, "work") });
  expect(run.code).toBe(0);
  const record = claude.records().find(({ path }) => path.startsWith("/v1/messages?"));
  const body = record?.body ?? "{}";
  return {
    seen: JSON.parse(body) as Seen,
    bytes: body.length,
    result: JSON.parse(run.stdout) as Record<string, unknown>,
  };
}

test("a large model that thinks: every tool inline, its window and limit, and no price", async () => {
  const large = { name: "large", capabilities: ["completion", "tools", "thinking"] } as const;
  const url = await start({ models: [{ ...large, numCtx: 262_144, numCtxStated: true }] });
  const elsewhere = {
    env: { ANTHROPIC_BASE_URL: "http://127.0.0.1:9", ANTHROPIC_MODEL: "x" },
    model: "opus",
  };
  writeFileSync(join(folder, "home/.claude/settings.json"), JSON.stringify(elsewhere));
  const { seen, bytes, result } = await ask("ollama", "large", "--base-url", url);
  expect(seen).toMatchObject({ model: "large", max_tokens: 32_000, thinking: { type: "adaptive" } });
  expect(seen.tools.map(({ name }) => name)).toEqual(expect.arrayContaining(["WebFetch", "NotebookEdit"]));
  expect(bytes).toBeGreaterThan(65_000);
  expect(result).toMatchObject({
    result: "Hello.",
    total_cost_usd: 0,
    modelUsage: { large: { costUSD: 0, costBasis: "managed", contextWindow: 262_144 } },
  });
});

test("a small one that cannot think: tools by search, nothing removed but thinking", async () => {
  const url = `${await start({ flavour: "openai", models: [{ name: "small", capabilities: ["completion", "tools"] }] })}/v1`;
  const facts = ["--set", "context=40960", "--set", "thinking=none"];
  const { seen, bytes, result } = await ask("openai", "small", "--base-url", url, ...facts);
  expect(seen).toMatchObject({ model: "small", max_tokens: 8_192 });
  expect(seen).not.toHaveProperty("thinking");
  const names = seen.tools.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["Agent", "Bash", "Read", "Skill", "ToolSearch"]));
  expect(names).not.toContain("WebFetch");
  expect(bytes).toBeLessThan(60_000);
  expect(result).toMatchObject({ total_cost_usd: 0, modelUsage: { small: { contextWindow: 49_864 } } });
});
