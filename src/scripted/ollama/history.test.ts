import { expect, test } from "vitest";
import type { EngineMode } from "../script.ts";
import { startScripted } from "../server.ts";

// What a real Ollama made of the same history.

const GIVEN = '{"z":1,"10":3,"2":9007199254740993,"a":{"y":-0,"b":1.10,"c":[{"q":1,"p":1e20}]},"s":"<é"}';

async function render(mode: EngineMode, args: string): Promise<{ status: number; text: string }> {
  const server = await startScripted({ mode });
  const message = `{"role":"assistant","content":"","tool_calls":[{"function":{"name":"Bash","arguments":${args}}}]}`;
  const body = `{"model":"scripted","_debug_render_only":true,"messages":[{"role":"user","content":"hi"},${message}]}`;
  const answer = await fetch(`${server.url}/api/chat`, { method: "POST", body });
  const text = await answer.text();
  await server.close();
  const { _debug_info: debug } = JSON.parse(text) as { _debug_info?: { rendered_template: string } };
  return { status: answer.status, text: debug?.rendered_template ?? text };
}

test.each([
  [
    "go",
    '{"10":3,"2":9007199254740992,"a":{"b":1.1,"c":[{"p":100000000000000000000,"q":1}],"y":-0},"s":"\\u003cé","z":1}',
  ],
  [
    "jinja",
    '{"z": 1, "10": 3, "2": 9007199254740992, "a": {"b": 1.1, "c": [{"p": 1e+20, "q": 1}], "y": 0}, "s": "<é"}',
  ],
  [
    "parser",
    '{"z": 1, "10": 3, "2": 9007199254740992, "a": {"b": 1.1, "c": [{"p": 100000000000000000000, "q": 1}], "y": -0}, "s": "\\u003cé"}',
  ],
] as const)("%s: the arguments of a call as the model reads them", async (mode, args) => {
  expect((await render(mode, GIVEN)).text).toContain(`{"name": "Bash", "arguments": ${args}}`);
});

test.each(["go", "jinja", "parser"] as const)(
  "%s: a number that no double holds is refused",
  async (mode) => {
    expect(await render(mode, '{"n":1e400}')).toEqual({
      status: 400,
      text: '{"error":"json: cannot unmarshal number 1e400 into Go struct field ChatRequest.messages.tool_calls.function.arguments of type float64"}',
    });
  },
);
