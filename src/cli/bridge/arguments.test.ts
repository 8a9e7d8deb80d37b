import { expect, test } from "vitest";
import { parseBridgeArguments } from "./arguments.ts";

test.each([
  [[], []],
  [["openai"], ["openai"]],
  [
    ["openai", "gpt-4o", "--debug", "-p", "hi"],
    ["openai", "gpt-4o", "-p", "hi"],
  ],
  [
    ["--debug", "openai", "gpt-4o"],
    ["openai", "gpt-4o"],
  ],
  [
    ["openai", "m", "--baseURL", "http://x/v1", "-p", "hi", "--model", "opus"],
    ["openai", "m", "-p", "hi", "--model", "opus"],
  ],
  [
    ["ollama", "m", "--allowedTools", "Bash(git *)", "Edit", "--add-dir", "a", "b"],
    ["ollama", "m", "--allowedTools", "Bash(git *)", "Edit", "--add-dir", "a", "b"],
  ],
  [
    ["ollama", "m", "--add-dir", "a", "--add-dir", "b"],
    ["ollama", "m", "--add-dir", "a", "--add-dir", "b"],
  ],
  [
    ["ollama", "m", "--tools", "", "--max-turns", "007", "-p", "1e3"],
    ["ollama", "m", "--tools", "", "--max-turns", "007", "-p", "1e3"],
  ],
  [
    ["ollama", "m", "--output-format=json", "--a.b=c", "-pc", "-5"],
    ["ollama", "m", "--output-format=json", "--a.b=c", "-pc", "-5"],
  ],
  [
    ["ollama", "m", "--no-chrome", "--no-session-persistence"],
    ["ollama", "m", "--no-chrome", "--no-session-persistence"],
  ],
  [
    ["ollama", "m", "--strict-mcp-config", "--settings", '{"a":1}'],
    ["ollama", "m", "--strict-mcp-config", "--settings", '{"a":1}'],
  ],
  [
    ["ollama", "m", "--debug-file", "f", "--debug=hooks", "--port-x", "1"],
    ["ollama", "m", "--debug-file", "f", "--debug=hooks", "--port-x", "1"],
  ],
  [
    ["ollama", "m", "--", "--debug", "--help", "x"],
    ["ollama", "m", "--debug", "--help", "x"],
  ],
  [
    ["ollama", "m", "-p", "a  b\n日本 \"q\" 'r'"],
    ["ollama", "m", "-p", "a  b\n日本 \"q\" 'r'"],
  ],
])("of %j, Claude Code's part is %j, in order", async (args, words) => {
  expect((await parseBridgeArguments(args)).words).toEqual(words);
});

test("the bridge's own options are found anywhere, in both spellings", async () => {
  const args =
    "--api-key k1 openai gpt-4o --baseURL http://h/v1 -p hi --maxRetries 2 --max-output-tokens 512 --no-repair --strict --trace --quiet --log-dir d --claude-binary ./c --set vision=false --set thinking=levels";
  expect(await parseBridgeArguments(args.split(" "))).toEqual({
    answered: false,
    words: ["openai", "gpt-4o", "-p", "hi"],
    debug: false,
    trace: true,
    quiet: true,
    repair: false,
    strict: true,
    webFetch: false,
    set: { vision: "false", thinking: "levels" },
    baseUrl: "http://h/v1",
    apiKey: "k1",
    maxRetries: 2,
    maxOutputTokens: 512,
    logDir: "d",
    claudeBinary: "./c",
  });
});

test.each([
  [["--base-url", "u"], { baseUrl: "u" }],
  [["--baseUrl=u"], { baseUrl: "u" }],
  [["--apiKey", "k"], { apiKey: "k" }],
  [["--api-key", "-k", "--api-key=--l"], { apiKey: "--l" }],
  [["--max-retries", "0"], { maxRetries: 0 }],
  [["--set", "a=b=c", "word"], { set: { a: "b=c" }, words: ["word"] }],
  [
    ["--web-search", "searxng:http://127.0.0.1:8080", "--web-fetch"],
    { webSearch: "searxng:http://127.0.0.1:8080", webFetch: true },
  ],
  [["serve", "--host", "::1", "--port", "0", "--auth-token", "t"], { host: "::1", port: 0, authToken: "t" }],
])("%j is understood as %j", async (args, expected) => {
  expect(await parseBridgeArguments(args)).toMatchObject(expected);
});

test.each([
  [["--maxRetries", "many"], '--max-retries takes a whole number, not "many"'],
  [["openai", "m", "--api-key"], "--api-key needs a value"],
  [["--set", "vision"], '--set takes FLAG=VALUE, not "vision"'],
])("%j is refused: %s", async (args, message) => {
  await expect(parseBridgeArguments(args)).rejects.toMatchObject({ code: "usage", exitCode: 2, message });
});
