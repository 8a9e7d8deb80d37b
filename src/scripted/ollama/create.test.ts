import { afterAll, beforeAll, expect, test } from "vitest";
import { createHash } from "node:crypto";
import { goTemplate } from "../engine/go-template.ts";
import { scriptedGguf } from "../gguf/scripted-gguf.ts";
import type { ScriptedServer } from "../options.ts";
import { toolCall } from "../pieces.ts";
import { startScripted } from "../server.ts";

const SCRIPTS = [
  { marker: "[[first]]", pieces: ["One", " two."] },
  { marker: "[[call]]", pieces: toolCall("Bash", { b: 1, a: 2 }) },
];
const TEMPLATE = goTemplate({ name: "", capabilities: ["completion", "tools", "thinking"] });
const PARAMETERS = { temperature: 0, num_ctx: 4096 };

let server: ScriptedServer;

beforeAll(async () => {
  server = await startScripted({ builtins: false });
});

afterAll(() => server.close());

async function ask(
  method: string,
  path: string,
  body?: object | Uint8Array,
): Promise<{ status: number; text: string }> {
  const sent = body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body);
  const answer = await fetch(`${server.url}${path}`, { method, ...(body !== undefined && { body: sent }) });
  return { status: answer.status, text: await answer.text() };
}

async function upload(bytes: Uint8Array): Promise<string> {
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  expect((await ask("POST", `/api/blobs/${digest}`, bytes)).status).toBe(201);
  expect((await ask("HEAD", `/api/blobs/${digest}`)).status).toBe(200);
  return digest;
}

const steps = (text: string): unknown[] =>
  text
    .trim()
    .split("\n")
    .map((line) => Object.values(JSON.parse(line) as object)[0]);

const tools = [
  { type: "function", function: { name: "Bash", parameters: { type: "object", properties: {} } } },
];

async function say(model: string, content: string): Promise<Record<string, unknown>[]> {
  const { text } = await ask("POST", "/api/chat", { model, tools, messages: [{ role: "user", content }] });
  return text
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { message: Record<string, unknown> }).message);
}

test.each([
  ["go", "plain", { template: TEMPLATE }, 1, ["completion", "tools", "thinking"]],
  ["jinja", "think", {}, 0, ["completion", "tools", "thinking"]],
  ["parser", "plain", { renderer: "qwen3-vl-instruct", parser: "qwen3" }, 1, ["completion", "tools"]],
] as const)(
  "a file that is run as %s says what is in it",
  async (model, template, more, emptyLines, capabilities) => {
    const digest = await upload(
      scriptedGguf([...SCRIPTS, { marker: `[[${model}]]`, pieces: [] }], { template }),
    );
    const body = { model, files: { "model.gguf": digest }, parameters: PARAMETERS, ...more };
    const { text } = await ask("POST", "/api/create", body);
    expect(steps(text).slice(0, 2)).toEqual(["parsing GGUF", "verifying conversion"]);
    expect(steps(text).at(-1)).toBe("success");
    const said = await say(model, "[[first]]");
    expect(said.map(({ content }) => content).join("")).toBe("One two.");
    const called = await say(model, "[[call]]");
    expect(called.findLastIndex((message) => "tool_calls" in message)).toBe(called.length - 1 - emptyLines);
    const shown = JSON.parse((await ask("POST", "/api/show", { model })).text) as Record<string, unknown>;
    expect(shown["capabilities"]).toEqual(capabilities);
    expect(shown["parameters"]).toContain("num_ctx                        4096");
    await ask("POST", "/api/create", { model: `${model}-2`, from: model, stream: false });
    expect((await say(`${model}-2`, "[[first]]")).map(({ content }) => content).join("")).toBe("One two.");
    expect((await ask("DELETE", "/api/delete", { model })).status).toBe(200);
    expect((await ask("POST", "/api/show", { model })).status).toBe(404);
  },
);

test("a plain file without a TEMPLATE has chatml's", async () => {
  const files = { "model.gguf": await upload(scriptedGguf(SCRIPTS, { template: "plain" })) };
  const { text } = await ask("POST", "/api/create", { model: "plain", files });
  expect(steps(text)[2]).toBe("using autodetected template chatml");
});

test.each([
  ["nothing that was uploaded", () => `sha256:${"0".repeat(64)}`, {}, /^open model.gguf: no such file/],
  ["no GGUF", () => upload(Buffer.from("hello")), {}, /^supplied file was not in GGUF format$/],
  [
    "another TEMPLATE",
    () => upload(scriptedGguf([], { template: "plain" })),
    { template: "{{ .Prompt }}" },
    /TEMPLATE/,
  ],
] as const)("%s is an error in the stream, and no model", async (_what, file, more, error) => {
  const body = { model: "none", files: { "x.gguf": await file() }, ...more };
  expect(await ask("POST", "/api/create", { ...body, stream: false })).toMatchObject({ status: 500 });
  const { status, text } = await ask("POST", "/api/create", body);
  expect(status).toBe(200);
  expect(steps(text).at(-1)).toMatch(error);
  expect((await ask("POST", "/api/show", { model: "none" })).status).toBe(404);
});
