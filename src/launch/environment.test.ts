import { expect, test } from "vitest";
import { cleanEnvironment } from "./environment.ts";

const TARGET = { baseUrl: "http://127.0.0.1:1234", token: "t0ken", model: "qwen3:1.7b" };

test.each([
  "ANTHROPIC_BASE_URL",
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "ANTHROPIC_CUSTOM_HEADERS",
  "ANTHROPIC_BEDROCK_BASE_URL",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "CLAUDE_CODE_SKIP_BEDROCK_AUTH",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CODE_CUSTOM_OAUTH_URL",
  "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR",
  "CLAUDE_CODE_API_BASE_URL",
  "CLAUDE_CODE_SUBAGENT_MODEL",
  "CLAUDE_CODE_ENTRYPOINT",
  "CLAUDE_CODE_SSE_PORT",
  "CLAUDE_CODE_SESSION_ID",
  "CLAUDE_CODE_REMOTE",
  "CLAUDECODE",
  "OPENAI_API_KEY",
  "OPENROUTER_API_KEY",
  "GROQ_API_KEY",
  "GEMINI_API_KEY",
  "GOOGLE_API_KEY",
  "BRAVE_API_KEY",
  "OLLAMA_API_KEY",
])("an inherited %s does not reach the client", (name) => {
  const { env, removed } = cleanEnvironment({ [name]: "inherited", PATH: "/bin" }, TARGET);
  expect(removed).toEqual([name]);
  expect(Object.values(env)).not.toContain("inherited");
});

test.each([
  "HOME",
  "PATH",
  "CLAUDE_CONFIG_DIR",
  "CLAUDE_CODE_MAX_RETRIES",
  "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
  "CLAUDE_CODE_EFFORT_LEVEL",
  "ENABLE_TOOL_SEARCH",
  "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
  "CLAUDE_CODE_USE_NATIVE_FILE_SEARCH",
  "API_TIMEOUT_MS",
  "AWS_PROFILE",
  "HTTPS_PROXY",
])("the user's own %s stays", (name) => {
  const { env, removed } = cleanEnvironment({ [name]: "inherited" }, TARGET);
  expect(removed).toEqual([]);
  expect(env[name]).toBe("inherited");
});

test("the client is aimed at the bridge, whatever it would have called", () => {
  const { env } = cleanEnvironment({ ANTHROPIC_BASE_URL: "https://elsewhere.example" }, TARGET);
  expect(env).toMatchObject({
    ANTHROPIC_BASE_URL: "http://127.0.0.1:1234",
    ANTHROPIC_AUTH_TOKEN: "t0ken",
    ANTHROPIC_MODEL: "qwen3:1.7b",
    ANTHROPIC_DEFAULT_HAIKU_MODEL: "qwen3:1.7b",
    CLAUDE_CODE_SUBAGENT_MODEL: "qwen3:1.7b",
    CLAUDE_CODE_ATTRIBUTION_HEADER: "0",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    ENABLE_TOOL_SEARCH: "false",
  });
  expect(env).not.toHaveProperty("ANTHROPIC_API_KEY");
});

test("what a model needs yields to what the user set, and outdoes what is usual", () => {
  const defaults = { CLAUDE_CODE_MAX_OUTPUT_TOKENS: "4096", CLAUDE_CODE_MAX_CONTEXT_TOKENS: "40960" };
  const target = { ...TARGET, defaults: { ...defaults, ENABLE_TOOL_SEARCH: "true" } };
  const { env } = cleanEnvironment({ CLAUDE_CODE_MAX_OUTPUT_TOKENS: "9" }, target);
  expect(env).toMatchObject({
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: "9",
    CLAUDE_CODE_MAX_CONTEXT_TOKENS: "40960",
    ENABLE_TOOL_SEARCH: "true",
  });
});

test("loopback is added to the user's NO_PROXY, in both spellings", () => {
  const { env } = cleanEnvironment({ no_proxy: "intra.example,localhost" }, TARGET);
  expect(env["NO_PROXY"]).toBe("intra.example,localhost,127.0.0.1,::1");
  expect(env["no_proxy"]).toBe(env["NO_PROXY"]);
});

test("a variable that holds the upstream's key goes, whatever its name", () => {
  const key = "sk-0123456789";
  const { env, removed } = cleanEnvironment({ MY_OWN_KEY: key, OTHER: "dummy" }, TARGET, [key, "dummy", ""]);
  expect(removed).toEqual(["MY_OWN_KEY"]);
  expect(env["OTHER"]).toBe("dummy");
});
