import { describe, expect, test } from "vitest";
import { failureOfErrorDelta, parseUpstreamError, type UpstreamFailure } from "./errors.ts";

const LLAMA_OVERFLOW =
  '{"error":{"code":400,"message":"request (612 tokens) exceeds the available context size (512 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":612,"n_ctx":512}}';
const openAi = (message: string, fields: object = {}): string =>
  JSON.stringify({ error: { message, ...fields } });
const ollama = (error: string): string => JSON.stringify({ error });

type Row = [title: string, status: number, body: string, failure: Partial<UpstreamFailure>];

describe("what was seen of Ollama and llama-server", () => {
  test.each<Row>([
    [
      "unknown model",
      404,
      ollama("model 'nope' not found"),
      { kind: "not-found", message: "model 'nope' not found" },
    ],
    ["wrong path", 404, "404 page not found", { kind: "no-route", message: "404 page not found" }],
    ["no model named", 400, ollama("model is required"), { kind: "bad-request" }],
    [
      "no tools",
      400,
      ollama("registry.ollama.ai/library/go-plain:latest does not support tools"),
      { kind: "unsupported", feature: "tools" },
    ],
    [
      "no thinking",
      400,
      ollama('"go-plain" does not support thinking'),
      { kind: "unsupported", feature: "thinking" },
    ],
    [
      "no such level",
      400,
      ollama('invalid think value: "xhigh" (must be "high", "medium", "low", "max", true, or false)'),
      { kind: "unsupported", feature: "thinking-level" },
    ],
    [
      "overflow, the runner's JSON as a string",
      400,
      ollama(LLAMA_OVERFLOW),
      { kind: "context-overflow", tokens: { prompt: 612, limit: 512 } },
    ],
    [
      "overflow, llama-server's own",
      400,
      LLAMA_OVERFLOW,
      { kind: "context-overflow", tokens: { prompt: 612, limit: 512 } },
    ],
    [
      "overflow without numbers",
      400,
      ollama(
        "the prompt is longer than the context length currently available to the model; shorten the prompt, or increase it",
      ),
      { kind: "context-overflow" },
    ],
    [
      "overflow, another wording",
      400,
      ollama("the input length exceeds the context length"),
      { kind: "context-overflow" },
    ],
    [
      "image without vision",
      400,
      ollama("Multimodal data provided, but model does not support multimodal requests"),
      { kind: "unsupported", feature: "vision" },
    ],
    [
      "image without vision, jinja",
      500,
      ollama(
        "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
      ),
      { kind: "unsupported", feature: "vision" },
    ],
    [
      "a client's fault told as 500",
      500,
      ollama('option "num_ctx" must be of type integer'),
      { kind: "bad-request" },
    ],
    [
      "runner died",
      500,
      ollama("an error was encountered while running the model: unexpected EOF"),
      { kind: "server" },
    ],
    [
      "busy",
      503,
      ollama("server busy, please try again.  maximum pending requests exceeded"),
      { kind: "overloaded", message: "server busy, please try again. maximum pending requests exceeded" },
    ],
    [
      "loading",
      503,
      '{"error":{"message":"Loading model","type":"unavailable_error","code":503}}',
      { kind: "overloaded", message: "Loading model" },
    ],
    ["foreign host", 403, "", { kind: "auth", message: "status 403 with an empty body" }],
    [
      "gif on /v1",
      400,
      openAi("invalid image input", { type: "invalid_request_error", param: null, code: null }),
      { kind: "unsupported", feature: "image-format" },
    ],
    [
      "bad arguments",
      500,
      ollama('llama-server returned invalid tool call arguments for "Write": unexpected end of JSON input'),
      { kind: "server" },
    ],
  ])("%s", (_title, status, body, failure) => {
    expect(parseUpstreamError(status, {}, body)).toMatchObject({ status, ...failure });
  });
});

describe("what was read of other servers", () => {
  test.each<Row>([
    [
      "OpenAI: model",
      404,
      openAi("The model `x` does not exist or you do not have access to it.", {
        type: "invalid_request_error",
        code: "model_not_found",
      }),
      { kind: "not-found" },
    ],
    ["OpenRouter: model", 400, openAi("x/y is not a valid model ID", { code: 400 }), { kind: "not-found" }],
    [
      "vLLM: model",
      404,
      '{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","code":404}',
      { kind: "not-found" },
    ],
    ["FastAPI: route", 404, '{"detail":"Not Found"}', { kind: "no-route", message: "Not Found" }],
    [
      "FastAPI: validation",
      422,
      '{"detail":[{"loc":["body","messages"],"msg":"Field required","type":"missing"}]}',
      { kind: "bad-request", message: "body.messages: Field required" },
    ],
    [
      "OpenAI: overflow",
      400,
      openAi(
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
        { code: "context_length_exceeded" },
      ),
      { kind: "context-overflow", tokens: { prompt: 130_000, limit: 128_000 } },
    ],
    [
      "vLLM: overflow with the output",
      400,
      openAi(
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion).",
      ),
      { kind: "context-overflow", tokens: { prompt: 5000, limit: 4096 } },
    ],
    [
      "vLLM: overflow of the prompt",
      400,
      '{"object":"error","message":"This model\'s maximum context length is 4096 tokens. However, you requested 100 output tokens and your prompt contains at least 4097 input tokens."}',
      { kind: "context-overflow", tokens: { prompt: 4197, limit: 4096 } },
    ],
    [
      "vLLM: newest overflow",
      400,
      openAi(
        "You passed 4097 input tokens and requested 1 output tokens. However, the model's context length is only 4096 tokens.",
      ),
      { kind: "context-overflow", tokens: { prompt: 4097, limit: 4096 } },
    ],
    [
      "LM Studio: overflow",
      400,
      ollama(
        "Trying to keep the first 12000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens",
      ),
      { kind: "context-overflow" },
    ],
    ["key", 401, openAi("Incorrect API key provided: sk-abc"), { kind: "auth" }],
    [
      "quota told as 429",
      429,
      openAi("You exceeded your current quota, please check your plan", { type: "insufficient_quota" }),
      { kind: "billing" },
    ],
    ["credits", 402, openAi("Insufficient credits"), { kind: "billing" }],
    [
      "rate",
      429,
      openAi("Rate limit reached for gpt-4o on tokens per min. Limit 10, Used 10"),
      { kind: "rate-limit" },
    ],
    [
      "time",
      504,
      "<html><title>504 Gateway Time-out</title></html>",
      { kind: "timeout", message: "status 504 with an HTML page (504 Gateway Time-out)" },
    ],
    ["HTML", 502, "<html>\n<body>nginx</body>", { kind: "server", message: "status 502 with an HTML page" }],
    ["a body too large", 413, "<html><title>413</title></html>", { kind: "too-large" }],
    ["a prompt too long", 413, openAi("prompt is too long"), { kind: "context-overflow" }],
    ["HTML with 200", 200, "<!doctype html><html>", { kind: "garbage" }],
    ["empty with 200", 200, "", { kind: "garbage", message: "status 200 with an empty body" }],
    ["an error with 200", 200, openAi("boom"), { kind: "server", message: "boom" }],
    [
      "Gemini's list",
      400,
      '[{"error":{"code":400,"message":"Invalid argument","status":"INVALID_ARGUMENT"}}]',
      { kind: "bad-request", message: "Invalid argument" },
    ],
    [
      "Anthropic's shape",
      529,
      '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      { kind: "overloaded", message: "Overloaded" },
    ],
    [
      "stream_options",
      400,
      openAi("Unrecognized request argument supplied: stream_options"),
      { kind: "unsupported", feature: "stream_options" },
    ],
    [
      "max_tokens",
      400,
      openAi(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      ),
      { kind: "unsupported", feature: "max_tokens" },
    ],
    [
      "reasoning_effort",
      400,
      openAi("Unrecognized request argument supplied: reasoning_effort"),
      { kind: "unsupported", feature: "thinking" },
    ],
    [
      "top_k",
      422,
      '{"detail":[{"loc":["body","top_k"],"msg":"Extra inputs are not permitted"}]}',
      { kind: "unsupported", feature: "top_k" },
    ],
    [
      "vLLM without tool parser",
      400,
      openAi('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
      { kind: "unsupported", feature: "tools" },
    ],
  ])("%s", (_title, status, body, failure) => {
    expect(parseUpstreamError(status, {}, body)).toMatchObject(failure);
  });
});

test("retry-after, from either form of headers", () => {
  expect(parseUpstreamError(429, new Headers({ "Retry-After": "7" }), "").retryAfter).toBe("7");
  expect(parseUpstreamError(429, { "Retry-After": ["Wed, 25 Nov 2026 00:00:00 GMT"] }, "").retryAfter).toBe(
    "Wed, 25 Nov 2026 00:00:00 GMT",
  );
  expect(parseUpstreamError(429, {}, "")).not.toHaveProperty("retryAfter");
  expect(parseUpstreamError(429, { "retry-after-ms": "1500" }, "").retryAfter).toBe("2");
  expect(parseUpstreamError(429, { "retry-after": "9", "retry-after-ms": "1500" }, "").retryAfter).toBe("9");
});

test("a long body is cut", () => {
  expect(parseUpstreamError(500, {}, "x".repeat(5000)).message.length).toBeLessThanOrEqual(200);
});

test("an error within an answer", () => {
  expect(failureOfErrorDelta({ message: "boom" })).toMatchObject({ status: 500, kind: "server" });
  expect(failureOfErrorDelta({ message: "Overloaded", status: 529 })).toMatchObject({ kind: "overloaded" });
});
