import { afterAll, beforeAll, expect, test } from "vitest";
import type { ScriptedServer } from "../options.ts";
import { modelScript, thought, toolCalls, words } from "../pieces.ts";
import { startScripted } from "../server.ts";

let server: ScriptedServer;

beforeAll(async () => {
  server = await startScripted({
    flavour: "openai",
    builtins: false,
    models: [
      { name: "plain", capabilities: ["completion", "tools", "thinking"], numCtx: 4096 },
      { name: "bare", capabilities: ["completion"] },
    ],
    scripts: [
      modelScript("[[say]]", words("Hello you.")),
      modelScript("[[call]]", thought("Hm."), words("Now. "), toolCalls(["A", { x: 1 }], ["B", {}])),
    ],
  });
});
afterAll(() => server.close());

interface Chunk {
  id: string;
  object: string;
  choices: { delta: Record<string, unknown>; finish_reason: string | null }[];
  usage?: object | null;
}

function post(content: string, more: object = {}): Promise<Response> {
  const body = JSON.stringify({ model: "plain", messages: [{ role: "user", content }], ...more });
  return fetch(`${server.url}/v1/chat/completions`, { method: "POST", body });
}

async function stream(content: string, more: object = {}): Promise<{ chunks: Chunk[]; last: string }> {
  const text = await (await post(content, { stream: true, ...more })).text();
  const data = text
    .split("\n\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/^data: /u, ""));
  return { chunks: data.slice(0, -1).map((line) => JSON.parse(line) as Chunk), last: data.at(-1) ?? "" };
}

const TOOLS = ["A", "B"].map((name) => ({
  type: "function",
  function: { name, parameters: { type: "object" } },
}));

test("text: role first, one id, usage only when asked, [DONE]", async () => {
  const { chunks, last } = await stream("[[say]]");
  expect(last).toBe("[DONE]");
  expect(chunks.map((chunk) => chunk.choices[0]?.delta)).toEqual([
    { role: "assistant", content: "" },
    { content: "Hello " },
    { content: "you." },
    {},
  ]);
  expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
  expect(chunks[0]?.id).toMatch(/^chatcmpl-[A-Za-z0-9]{24}$/u);
  expect(chunks.some((chunk) => "usage" in chunk)).toBe(false);
});

test("usage: null until the last chunk, which has no choice", async () => {
  const { chunks } = await stream("[[say]]", { stream_options: { include_usage: true } });
  expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 3 } });
});

test("calls: id and name first, then arguments in fragments", async () => {
  const { chunks } = await stream("[[call]]", { tools: TOOLS });
  const deltas = chunks.map((chunk) => chunk.choices[0]?.delta ?? {});
  expect(deltas.flatMap((delta) => delta["reasoning_content"] ?? [])).toEqual(["Hm.", "\n"]);
  const calls = deltas.flatMap((delta) => (delta["tool_calls"] ?? []) as Record<string, unknown>[]);
  expect(calls[0]).toMatchObject({ index: 0, type: "function", function: { name: "A", arguments: "" } });
  expect(calls[1]).toMatchObject({ index: 0, function: { arguments: expect.any(String) } });
  expect(calls[1]).not.toHaveProperty("id");
  expect(calls.filter((call) => "id" in call).map((call) => call["index"])).toEqual([0, 1]);
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("tool_calls");
});

test.each([
  ["tool_choice none", { tools: TOOLS, tool_choice: "none" }, "stop", 0],
  ["one call at a time", { tools: TOOLS, parallel_tool_calls: false }, "tool_calls", 1],
  ["cut in a call", { tools: TOOLS, max_completion_tokens: 9 }, "length", 1],
  ["whole", { tools: TOOLS }, "tool_calls", 2],
])("not streamed, %s", async (_, more, finish, calls) => {
  const body = (await (await post("[[call]]", more)).json()) as {
    choices: { finish_reason: string; message: { tool_calls?: unknown[] } }[];
  };
  expect(body.choices[0]?.finish_reason).toBe(finish);
  expect(body.choices[0]?.message.tool_calls ?? []).toHaveLength(calls);
});

test.each([
  ["an unknown model", { model: "nope" }, 404, "model_not_found"],
  ["tools to a bare model", { model: "bare", tools: TOOLS }, 400, null],
  [
    "a prompt too long",
    { messages: [{ role: "user", content: "x".repeat(5000) }] },
    400,
    "context_length_exceeded",
  ],
])("%s", async (_, more, status, code) => {
  const answer = await post("[[say]]", more);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { code, message: expect.any(String) } });
});

test.each([
  ["an image by address", { type: "image_url", image_url: { url: "https://example.com/a.gif" } }, 400],
  [
    "a file",
    { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERg==" } },
    200,
  ],
])("%s is taken as far as the model can see it", async (_, part, status) => {
  const messages = [{ role: "user", content: [{ type: "text", text: "[[say]]" }, part] }];
  expect((await post("", { messages })).status).toBe(status);
});

test("there is no Ollama on this port", async () => {
  expect((await fetch(`${server.url}/api/tags`)).status).toBe(404);
  const models = (await (await fetch(`${server.url}/v1/models`)).json()) as { data: { id: string }[] };
  expect(models.data.map((model) => model.id)).toEqual(["plain", "bare"]);
});
