import type { ByteScript } from "../scripted/script.ts";
import type { Dialect } from "../upstream/delta.ts";

/** How a model server can fail a client. */
export type FailureName = "500" | "text cut" | "call cut" | "overflow" | "401";

type Failures = Record<FailureName, ByteScript>;

function refusal(status: number, body: unknown): ByteScript {
  return [{ status }, { write: JSON.stringify(body) }, { fin: true }];
}

function openAiChunk(delta: object): string {
  const choices = [{ index: 0, delta, finish_reason: null }];
  return `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "scripted", choices })}\n\n`;
}

function openAiError(message: string, type: string, code: string | null): object {
  return { error: { message, type, param: null, code } };
}

/** The call would leave a file behind if it ran. */
const HALF_CALL = '{"command":"touch half-call-ran","descr';

const openai: Failures = {
  "500": refusal(500, openAiError("The engine crashed", "server_error", null)),
  "text cut": [{ write: openAiChunk({ role: "assistant", content: "Half an ans" }) }, { cut: true }],
  "call cut": [
    {
      write: openAiChunk({
        role: "assistant",
        content: null,
        tool_calls: [
          { index: 0, id: "call_1", type: "function", function: { name: "Bash", arguments: HALF_CALL } },
        ],
      }),
    },
    { cut: true },
  ],
  overflow: refusal(
    400,
    openAiError(
      "This model's maximum context length is 4096 tokens. However, your messages resulted in 61234 tokens.",
      "invalid_request_error",
      "context_length_exceeded",
    ),
  ),
  "401": refusal(401, openAiError("Incorrect API key provided", "invalid_request_error", "invalid_api_key")),
};

function ollamaLine(message: object): string {
  return `${JSON.stringify({ model: "scripted", created_at: "2026-01-01T00:00:00Z", message, done: false })}\n`;
}

const ollama: Failures = {
  "500": refusal(500, { error: "llama runner process has terminated: exit status 2" }),
  "text cut": [{ write: ollamaLine({ role: "assistant", content: "Half an ans" }) }, { cut: true }],
  "call cut": [
    {
      write: `{"model":"scripted","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","tool_calls":[{"id":"call_1","function":{"index":0,"name":"Bash","arguments":${HALF_CALL}`,
    },
    { cut: true },
  ],
  overflow: refusal(400, {
    error: JSON.stringify({
      error: {
        code: 400,
        message: "request (61234 tokens) exceeds the available context size (4096 tokens), try increasing it",
        type: "exceed_context_size_error",
        n_prompt_tokens: 61_234,
        n_ctx: 4096,
      },
    }),
  }),
  "401": refusal(401, { error: "unauthorized" }),
};

/** What a server of this dialect does when it fails. */
export function failure(dialect: Dialect, name: FailureName): ByteScript {
  return { openai, ollama }[dialect][name];
}
