import { assert, dictionary, jsonValue, nat, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonProgress } from "./json-progress.ts";

/** How much of a text is a valid beginning, read in the given pieces. */
function accepted(pieces: string[]): { length: number; complete: boolean; broken: boolean } {
  const progress = new JsonProgress();
  let length = 0;
  for (const piece of pieces) length += progress.push(piece);
  return { length, complete: progress.complete, broken: progress.broken };
}

describe("JsonProgress", () => {
  test.each<[string, boolean]>([
    ['{"a":1}', true],
    [' {"a" : [1, -0.5e+3, true, null, {"b":""}] , "c":"\\u00e9\\n\\""}\n', true],
    ['{"a":9007199254740993,"b":1e400}', true],
    ["{}", true],
    ['{"a":1', false],
    ['{"a":"x', false],
    ['{"a":"\\', false],
    ['{"a":tr', false],
  ])("%s", (text, complete) => {
    expect(accepted([text])).toEqual({ length: text.length, complete, broken: false });
    expect(accepted(text.split(""))).toEqual({ length: text.length, complete, broken: false });
  });

  test.each<[text: string, valid: string]>([
    ["[1]", ""],
    ["5", ""],
    ['"x"', ""],
    ["{'a':1}", "{"],
    ['{"a":tru}', '{"a":tru'],
    ['{"a":True}', '{"a":'],
    ['{"a":1}{"b":2}', '{"a":1}'],
    ['{"a":1,}', '{"a":1,'],
    ['{"a":01}', '{"a":0'],
    ['{"a":1.}', '{"a":1.'],
    ['{"a":"x\ny"}', '{"a":"x'],
    ['{"a":"\\d"}', '{"a":"\\'],
    ['{"a" 1}', '{"a" '],
    ['{"a":[1}', '{"a":[1'],
    ['{"a":1 2}', '{"a":1 '],
  ])("%s is broken", (text, valid) => {
    expect(accepted([text])).toMatchObject({ length: valid.length, broken: true });
    expect(accepted(text.split(""))).toMatchObject({ length: valid.length, broken: true });
  });

  test("accepts every object, wherever it is cut, and is complete only at its end", () => {
    assert(
      property(dictionary(string(), jsonValue()), nat(), nat(3), (value, at, indent) => {
        const text = JSON.stringify(value, null, indent);
        const cut = at % text.length;
        const before = accepted([text.slice(0, cut)]);
        expect(before).toEqual({ length: cut, complete: false, broken: false });
        expect(accepted([text.slice(0, cut), text.slice(cut)])).toEqual({
          length: text.length,
          complete: true,
          broken: false,
        });
      }),
      { seed: 11 },
    );
  });
});
