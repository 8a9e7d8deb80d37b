import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  startTrueModel,
  trueModelDefect,
  trueModelFolder,
  type TrueModel,
} from "../../testing/true-model.ts";
import { loadScripts } from "../load-scripts.ts";
import type { ModelScript } from "../script.ts";
import { scriptedGguf } from "./scripted-gguf.ts";

const defect = await trueModelDefect();
if (defect !== null) console.warn(`SKIPPED, the scripted model on a real llama-server: ${defect}`);

const scripts = await loadScripts();
let engine: TrueModel;
let folder = "";

beforeAll(async () => {
  if (defect !== null) return;
  folder = mkdtempSync(join(tmpdir(), "scripted-gguf-"));
  const weights = join(folder, "scripted.gguf");
  writeFileSync(weights, scriptedGguf(scripts));
  const options = ["--jinja", "-c", "131072", "-np", "1"];
  engine = await startTrueModel(trueModelFolder(), { weights, name: "scripted", options });
});

afterAll(async () => {
  if (defect !== null) return;
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const TOOLS = [tool("Bash", "command"), tool("Read", "file_path")];

function tool(name: string, parameter: string): unknown {
  const properties = { [parameter]: { type: "string" }, description: { type: "string" } };
  const parameters = { type: "object", properties, required: [parameter] };
  return { type: "function", function: { name, description: `${name} it`, parameters } };
}

interface Message {
  content: string;
  reasoning_content?: string;
  tool_calls?: { function: { name: string; arguments: string } }[];
}

interface Said {
  text: string;
  thinking: string;
  calls: [name: string, args: unknown][];
  reason: string;
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}

async function chat(messages: readonly unknown[], more: Record<string, unknown> = {}): Promise<Said> {
  const answer = await post(`${engine.baseUrl}/chat/completions`, { messages, ...more });
  const { choices } = answer as { choices: [{ message: Message; finish_reason: string }] };
  const { message, finish_reason: reason } = choices[0];
  const calls = (message.tool_calls ?? []).map((call): Said["calls"][number] => [
    call.function.name,
    JSON.parse(call.function.arguments),
  ]);
  return { text: message.content, thinking: message.reasoning_content ?? "", calls, reason };
}

function user(content: string): unknown {
  return { role: "user", content };
}

const bash = (command: string): Said["calls"][number] => ["Bash", { command }];

test.for<[name: string, prompt: string, said: Partial<Said>]>([
  ["plain text", "say [[text]] please", { text: "Hello, world from the script.", reason: "stop" }],
  ["characters cut over tokens", "[[unicode]]", { text: "Grüße 日本 smile 😀 euro € end", reason: "stop" }],
  ["a call through the engine's parser", "[[tool1]]", { calls: [bash("ls -la")], reason: "tool_calls" }],
  [
    "parallel calls",
    "[[tool3]]",
    {
      calls: [bash("date"), ["Read", { file_path: "/tmp/b.txt" }], bash("uptime")],
      reason: "tool_calls",
    },
  ],
  ["thinking", "[[think]]", { thinking: "Let me think about it.\n", text: "The answer is 42." }],
  [
    "a thought, then a call",
    "[[thinktool]]",
    { thinking: "I need the file list.\n", calls: [bash("ls /tmp")] },
  ],
  ["no marker", "anything else", { text: "(no script matches this prompt)", reason: "stop" }],
  [
    "a later script after thousands of tokens, however often an earlier one stands there",
    `${"[[text]] ".repeat(50)}[[say-text]]${"filler ".repeat(2000)}${"[[text]] ".repeat(50)}`,
    { text: "Plain text from the scripted model." },
  ],
])("%s", async ([, prompt, said], { skip }) => {
  if (defect !== null) skip(defect);
  expect(await chat([user(prompt)], { tools: TOOLS })).toMatchObject(said);
});

test("a tool result moves the session on", async ({ skip }) => {
  if (defect !== null) skip(defect);
  const first = await chat([user("[[two-commands]]")], { tools: TOOLS });
  const [[name, args] = ["", ""]] = first.calls;
  const call = { id: "call-1", type: "function", function: { name, arguments: JSON.stringify(args) } };
  const second = await chat(
    [
      user("[[two-commands]]"),
      { role: "assistant", content: first.text, tool_calls: [call] },
      { role: "tool", tool_call_id: "call-1", content: "note [[read-notes]]" },
    ],
    { tools: TOOLS },
  );
  expect([first, second]).toMatchObject([
    { text: "First a command. ", calls: [["Bash", { description: "Write and show a note" }]] },
    { calls: [bash("pwd; echo '[[notes-done]]'")] },
  ]);
});

test("a loop ends at the client's limit", async ({ skip }) => {
  if (defect !== null) skip(defect);
  const said = await chat([user("[[repeat]]")], { max_tokens: 12 });
  expect(said).toMatchObject({ text: `start ${"la ".repeat(11)}`, reason: "length" });
});

/** Scripts whose bytes are UTF-8: an engine gives no others to a client. */
const spoken = scripts.filter((script) => textOf(script) !== null);

function textOf({ pieces }: ModelScript): string | null {
  const bytes = Buffer.concat(
    pieces.map((piece) => Buffer.from(typeof piece === "number" ? [piece] : piece)),
  );
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : null;
}

test("every script is said to its last letter, at either trigger", async ({ skip }) => {
  if (defect !== null) skip(defect);
  const origin = engine.baseUrl.replace(/\/v1$/u, "");
  const found: Record<string, unknown> = {};
  for (const [i, script] of spoken.entries()) {
    const trigger = i % 2 === 0 ? "<|assistant|>" : "<|im_start|>assistant\n";
    const limit = script.loop === undefined ? -1 : script.pieces.length;
    const body = { prompt: script.marker + trigger, n_predict: limit, special: true };
    found[script.marker] = ((await post(`${origin}/completion`, body)) as { content: string }).content;
  }
  expect(found).toEqual(Object.fromEntries(spoken.map((script) => [script.marker, textOf(script)])));
  expect(spoken.length).toBeGreaterThan(scripts.length - 3);
});
