import { expect, test } from "vitest";
import { encodeSse } from "../wire/sse.ts";
import { chunksAt } from "../wire/chunks.ts";
import { createMetrics } from "./metrics.ts";
import { RelayUsage } from "./relay-usage.ts";

const START = {
  input_tokens: 10,
  cache_read_input_tokens: 5,
  cache_creation_input_tokens: 2,
  output_tokens: 1,
};
const frame = (type: string, fields: object): string => encodeSse(type, JSON.stringify({ type, ...fields }));
const stream = frame("message_start", { message: { usage: START } });

test.each([
  [
    "a stream",
    "text/event-stream",
    stream + frame("message_delta", { usage: { output_tokens: 42 } }),
    [17, 5, 42],
  ],
  [
    "counts that come at the end",
    "text/event-stream; charset=utf-8",
    frame("message_start", { message: { usage: { input_tokens: 0 } } }) +
      frame("message_delta", { usage: { input_tokens: 8, output_tokens: 3 } }),
    [8, 0, 3],
  ],
  [
    "a later zero, which says nothing",
    "text/event-stream",
    stream + frame("message_delta", { usage: { input_tokens: 0, output_tokens: 9 } }),
    [17, 5, 9],
  ],
  ["a stream that was cut", "text/event-stream", stream, [17, 5, 1]],
  [
    "a JSON body",
    "application/json",
    JSON.stringify({ usage: { input_tokens: 3, output_tokens: 4 } }),
    [3, 0, 4],
  ],
  ["no usage", "application/json", "{}", [0, 0, 0]],
  ["no JSON", "text/html", "<html>", [0, 0, 0]],
])("%s", (_what, type, text, [input, cached, output]) => {
  const usage = new RelayUsage(type);
  const bytes = new TextEncoder().encode(text);
  for (const chunk of chunksAt(bytes, [Math.floor(bytes.length / 3)])) usage.push(chunk);
  const metrics = createMetrics();
  usage.count(metrics);
  expect(metrics).toMatchObject({
    answers: 1,
    pricedAnswers: 0,
    inputTokens: input,
    cachedTokens: cached,
    outputTokens: output,
  });
});
