import { expect, test } from "vitest";
import { renderAnswer } from "./render.ts";

function bytes(...args: Parameters<typeof renderAnswer>): string {
  return renderAnswer(...args)
    .map((step) => ("write" in step ? step.write : ""))
    .join("");
}

test("one answer in both dialects, streamed", () => {
  const answer = [{ text: ["a", "b"] }, { call: { name: "f", arguments: { x: 1 } } }];
  expect(bytes(answer, "openai", true)).toMatch(
    /"content":"a".*"content":"b".*"name":"f","arguments":"{\\"x\\":1}".*"tool_calls"}.*"usage".*data: \[DONE\]\n\n$/s,
  );
  expect(bytes(answer, "ollama", true)).toMatch(
    /"content":"a".*"content":"b".*"name":"f","arguments":{"x":1}.*"done":true,"done_reason":"stop".*"eval_count":5/s,
  );
});

test("not streamed it is one JSON body", () => {
  const answer = [{ reasoning: "r" }, { text: ["a", "b"] }];
  expect(JSON.parse(bytes(answer, "openai", false))).toMatchObject({
    choices: [{ message: { content: "ab", reasoning_content: "r" }, finish_reason: "stop" }],
  });
  expect(JSON.parse(bytes(answer, "ollama", false))).toMatchObject({
    message: { content: "ab", thinking: "r" },
    done: true,
  });
});

test("big numbers and key order of fragments survive", () => {
  const answer = [{ call: { name: "f", fragments: ['{"b":9007199254', '740993,"a":1}'] } }];
  expect(bytes(answer, "ollama", true)).toContain('"arguments":{"b":9007199254740993,"a":1}');
});

test.each([["openai" as const], ["ollama" as const]])(
  "a cut %s answer has neither finish nor end",
  (dialect) => {
    const script = renderAnswer([{ text: "a" }, { end: "cut" }], dialect, true);
    expect(script.at(-1)).toEqual({ cut: true });
    expect(JSON.stringify(script)).not.toMatch(/DONE|"done\\":true|finish_reason\\":\\"/);
  },
);

test("a split other than line cuts the joined bytes; waits part the runs", () => {
  const script = renderAnswer([{ text: "a" }, { wait: 5 }, { text: "b" }], "ollama", true, "byte");
  expect(script.map((step) => Object.keys(step)[0])).toEqual(["status", "write", "wait", "write", "fin"]);
  expect(script[1]).toMatchObject({ split: "byte" });
});

test("a status is the whole answer, its body per dialect", () => {
  const answer = [{ status: 429, headers: { "retry-after": "7" }, body: { openai: "o", ollama: "l" } }];
  expect(renderAnswer(answer, "ollama", true)).toEqual([
    { status: 429, headers: { "content-type": "application/json", "retry-after": "7" } },
    { write: "l" },
    { fin: true },
  ]);
});
