import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson, stringifyJson } from "./json.ts";
import { JsonMemo } from "./json-memo.ts";

const LONG = "word ".repeat(500);
const TOOLS = `[{"name":"look","description":"${LONG}","schema":{"2":9007199254740993,"1":-0}}]`;
const bodyOf = (n: number, tools = TOOLS): string => `{"a":${n},"tools":${tools},"messages":[{"n":1e400}]}`;

/** `tools` of two texts that one memo has parsed one after the other. */
function both(first: string, second: string): [unknown, unknown] {
  const memo = new JsonMemo("tools");
  return [first, second].map((text) => (memo.parse(text) as { tools: unknown }).tools) as [unknown, unknown];
}

test("the member of a later text is the same object, frozen, and all is as it would be without", () => {
  const [first, second] = both(bodyOf(1), bodyOf(2));
  expect(second).toBe(first);
  expect(() => ((second as { schema: { x: number } }[])[0] as { schema: { x: number } }).schema.x++).toThrow(
    TypeError,
  );
  const memo = new JsonMemo("tools");
  for (const n of [1, 2, 3]) expect(stringifyJson(memo.parse(bodyOf(n)))).toBe(bodyOf(n));
});

describe("is not taken for the same", () => {
  test.each<[string, string]>([
    ["another value", bodyOf(1, TOOLS.replace("look", "find"))],
    ["a value that goes on", bodyOf(1, `${TOOLS.slice(0, -1)},{"name":"more"}]`)],
    ["in an inner object", `{"inner":{"tools":${TOOLS}},"tools":[1]}`],
    ["in an inner object alone", `{"inner":{"tools":${TOOLS}}}`],
    ["in a string", `{"text":${JSON.stringify(bodyOf(1))},"tools":[1]}`],
    ["before another of the same key", `{"tools":${TOOLS},"tools":[1]}`],
    ["under a key that ends alike", `{"x\\"tools":${TOOLS},"tools":[1]}`],
    ["in a list", `[{"tools":${TOOLS}}]`],
  ])("%s", (_name, text) => {
    const memo = new JsonMemo("tools");
    memo.parse(bodyOf(1));
    expect(stringifyJson(memo.parse(text))).toBe(stringifyJson(parseJson(text)));
  });

  test("what is no JSON", () => {
    const memo = new JsonMemo("tools");
    memo.parse(bodyOf(1));
    for (const text of [`${bodyOf(1)}x`, bodyOf(1).slice(0, -1), `{"tools":${TOOLS}]`])
      expect(() => memo.parse(text)).toThrow(SyntaxError);
  });
});

test("a short one is parsed each time", () => {
  const [first, second] = both('{"tools":[1]}', '{"tools":[1]}');
  expect(second).toEqual(first);
  expect(second).not.toBe(first);
});

test("any texts in any order are parsed as parseJson parses them", () => {
  const values = fc.constantFrom(
    TOOLS,
    TOOLS.replace("look", "find"),
    `[${TOOLS}]`,
    "[]",
    "null",
    `{"tools":${TOOLS}}`,
  );
  const keys = fc.constantFrom("tools", "other", "too\\u006cs", '\\"tools');
  const text = fc
    .array(fc.tuple(keys, values), { maxLength: 4 })
    .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(",")}}`);
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), (texts) => {
      const memo = new JsonMemo("tools");
      for (const each of texts) expect(stringifyJson(memo.parse(each))).toBe(stringifyJson(parseJson(each)));
    }),
  );
});
