import Anthropic, { AuthenticationError, NotFoundError } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { startBridge } from "../testing/bridge-fixture.ts";
import { chunk, sse, startEvents } from "../testing/fake-upstream.ts";

const CALL = sse(
  chunk({ role: "assistant", content: "Let me look." }),
  chunk({
    tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "Bash", arguments: "" } }],
  }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '{"command":' } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '"ls"}' } }] }),
  chunk({}, "tool_calls"),
  { choices: [], usage: { prompt_tokens: 40, completion_tokens: 9, total_tokens: 49 } },
  "[DONE]",
);

const REQUEST: Anthropic.MessageCreateParamsNonStreaming = {
  model: "m",
  max_tokens: 100,
  messages: [{ role: "user", content: "list the files" }],
  tools: [{ name: "Bash", input_schema: { type: "object", properties: { command: { type: "string" } } } }],
};

test("the official client: streamed and whole answers are the same, errors are its own", async () => {
  await using fixture = await startBridge((request) => startEvents(request).end(CALL), { authToken: "t" });
  const client = new Anthropic({ baseURL: fixture.url, apiKey: "t", maxRetries: 0 });
  const streamed = await client.messages.stream(REQUEST).finalMessage();
  const whole = await client.messages.create(REQUEST);
  for (const message of [streamed, whole]) {
    expect(message).toMatchObject({
      stop_reason: "tool_use",
      content: [
        { type: "text", text: "Let me look." },
        { type: "tool_use", name: "Bash", input: { command: "ls" } },
      ],
      usage: { input_tokens: 40, output_tokens: 9 },
    });
  }
  expect(streamed.id).not.toBe(whole.id);

  const { input_tokens } = await client.messages.countTokens({ model: "m", messages: REQUEST.messages });
  expect(input_tokens).toBeGreaterThan(0);
  const ids: string[] = [];
  for await (const model of client.models.list()) ids.push(model.id);
  expect(ids).toEqual(["m", "claude-m"]);

  const stranger = new Anthropic({ baseURL: fixture.url, apiKey: "wrong", maxRetries: 0 });
  await expect(stranger.messages.create(REQUEST)).rejects.toBeInstanceOf(AuthenticationError);
  await expect(client.models.retrieve("nope")).rejects.toBeInstanceOf(NotFoundError);
});
