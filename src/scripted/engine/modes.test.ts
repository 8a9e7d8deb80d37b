import { afterEach, expect, test } from "vitest";
import type { ScriptedServer } from "../options.ts";
import { modelScript, thought, toolCalls, words } from "../pieces.ts";
import type { EngineMode } from "../script.ts";
import { startScripted } from "../server.ts";

// One script, three ways to run the model: the same answer, differently framed.

const MODES: EngineMode[] = ["go", "jinja", "parser"];
const SCRIPTS = [
  modelScript("[[both]]", thought("Hm."), words("Now both. "), toolCalls(["A", { x: [1, "}"] }], ["B", {}])),
  modelScript("[[stuck]]", words("go"), ["na "]),
];
const TOOLS = ["A", "B"].map((name) => ({
  type: "function",
  function: { name, description: "", parameters: { type: "object", properties: {} } },
}));

let server: ScriptedServer | undefined;
afterEach(() => server?.close());

interface Line {
  message: { content: string; thinking?: string; tool_calls?: { id: string; function: { name: string } }[] };
  done: boolean;
}

async function lines(mode: EngineMode, content: string, more: object = {}): Promise<Line[]> {
  const stuck = SCRIPTS.map((script) => (script.marker === "[[stuck]]" ? { ...script, loop: 1 } : script));
  server = await startScripted({ mode, builtins: false, scripts: stuck });
  const body = { model: "scripted", messages: [{ role: "user", content }], tools: TOOLS, ...more };
  const answer = await fetch(`${server.url}/api/chat`, { method: "POST", body: JSON.stringify(body) });
  const text = await answer.text();
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

test.each(MODES)("%s: thinking, text and two calls arrive whole", async (mode) => {
  const messages = (await lines(mode, "[[both]]")).map((line) => line.message);
  expect(messages.map((message) => message.thinking ?? "").join("")).toBe("Hm.\n");
  expect(
    messages
      .map((message) => message.content)
      .join("")
      .trim(),
  ).toBe("Now both.");
  expect(messages.flatMap((message) => message.tool_calls ?? []).map((call) => call.function)).toEqual([
    { index: 0, name: "A", arguments: { x: [1, "}"] } },
    { index: 1, name: "B", arguments: {} },
  ]);
});

test.each<[EngineMode, number[], RegExp]>([
  ["go", [1, 1, 0], /^call_[a-z0-9]{8}$/u],
  ["jinja", [2], /^[A-Za-z0-9]{32}$/u],
  ["parser", [1, 1, 0], /^call_[a-z0-9]{8}$/u],
])("%s: calls per line, ids", async (mode, perLine, id) => {
  const all = await lines(mode, "[[both]]");
  const from = all.findIndex((line) => line.message.tool_calls !== undefined);
  expect(all.slice(from).map((line) => line.message.tool_calls?.length ?? 0)).toEqual(perLine);
  expect(all[from]?.message.tool_calls?.[0]?.id).toMatch(id);
});

test.each<[EngineMode, number, boolean]>([
  ["go", 32, false],
  ["jinja", 61, true],
  ["parser", 32, false],
])("%s: a model that is stuck is cut, or not", async (mode, count, done) => {
  const all = await lines(mode, "[[stuck]]", { options: { num_predict: 60 } });
  expect(all).toHaveLength(count);
  expect(all.at(-1)?.done).toBe(done);
});
