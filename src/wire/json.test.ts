import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entriesOf, fromEntries } from "./key-order.ts";
import { isBigNumber, MAX_JSON_DEPTH, parseJson, sliceJson, stringifyJson } from "./json.ts";

describe("parseJson and stringifyJson", () => {
  test.each([
    "9007199254740993",
    '{"n":-9007199254740993}',
    "[1e400]",
    "-0",
    '{"a":-0}',
    "[1,-0.0]",
    "[0.1234567890123456789]",
    "1e-400",
    "[ 12345678901234567890 ]".replaceAll(" ", ""),
  ])("a double cannot hold a number of %s, and it survives", (text) => {
    expect(stringifyJson(parseJson(text))).toBe(text);
    expect(JSON.stringify(JSON.parse(text))).not.toBe(text);
  });

  test.each([
    "0",
    "1.0",
    "0.1",
    "1e2",
    "1E+2",
    "-5",
    "9007199254740992",
    "1.7976931348623157e308",
    "100000000000000000000",
  ])("%s stays a number", (text) => {
    expect(parseJson(text)).toBe(Number(text));
    expect(isBigNumber(parseJson(text))).toBe(false);
  });

  test("a lossy number is told from an object that looks like it", () => {
    expect(isBigNumber(parseJson("1e400"))).toBe(true);
    expect(isBigNumber(parseJson('{"rawJSON":"1"}'))).toBe(false);
  });

  test("digits in strings are no numbers", () => {
    const text = '{"a":"x 9007199254740993","b":["-0",":1e400"]}';
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  test("key order is kept", () => {
    expect(stringifyJson(parseJson('{"z":1,"a":{"y":-0,"b":3}}'))).toBe('{"z":1,"a":{"y":-0,"b":3}}');
  });

  test.each([
    '{"b":1,"10":2,"2":3}',
    '{"10":1,"a":{"1":[{"z":0,"0":1}],"0":-0}}',
    '{"2":9007199254740993,"1":1e400}',
    '{"a":"\\"1\\":","1":"\\\\","0":"\\u0000"}',
    '[{"1":1},{"x":1,"1":1}]',
    '{"9":0,"8":0,"__proto__":{"5":0,"4":0}}',
  ])("keys that look like integers stay where they were: %s", (text) => {
    expect(stringifyJson(parseJson(text))).toBe(text);
    expect(stringifyJson({ x: parseJson(text) })).toBe(`{"x":${text}}`);
    expect(JSON.parse(JSON.stringify(parseJson('{"b":1,"10":2}')))).toEqual({ b: 1, "10": 2 });
  });

  test("a key that is added or taken away later is written or not", () => {
    const value = parseJson('{"b":1,"10":2,"2":3}') as Record<string, unknown>;
    value["c"] = 4;
    delete value["10"];
    expect(stringifyJson(value)).toBe('{"b":1,"2":3,"c":4}');
  });

  test("an object with its own toJSON is data", () => {
    expect(JSON.parse(stringifyJson(parseJson('{"toJSON":1,"0":2}')))).toEqual({ toJSON: 1, "0": 2 });
  });

  test("entries in their order, and back", () => {
    const value = parseJson('{"b":1,"10":2,"2":3}') as Record<string, unknown>;
    expect(entriesOf(value).map(([key]) => key)).toEqual(["b", "10", "2"]);
    const doubled = fromEntries(entriesOf(value).map(([key, n]) => [key, Number(n) * 2]));
    expect(stringifyJson(doubled)).toBe('{"b":2,"10":4,"2":6}');
    expect(doubled).toEqual({ b: 2, "10": 4, "2": 6 });
  });

  test.each(['{"__proto__":{"polluted":1},"a":2}', '{"__proto__":{"polluted":1e400},"a":2}'])(
    "__proto__ is an own key of %s",
    (text) => {
      const value = parseJson(text) as Record<string, unknown>;
      expect(Object.keys(value)).toEqual(["__proto__", "a"]);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect({}).not.toHaveProperty("polluted");
      expect(stringifyJson(value)).toBe(text);
    },
  );

  test.each(["", "{", "[1,]", "{'a':1}", "nul", "1 2"])("%j is no JSON", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  test("hostile depth is refused, in arrays, objects and with a lossy number", () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      const nested = (depth: number): string => `${open.repeat(depth)}1e400${close.repeat(depth)}`;
      expect(() => parseJson(nested(10_000))).toThrow(/nested deeper than 1000/);
      expect(stringifyJson(parseJson(nested(MAX_JSON_DEPTH)))).toBe(nested(MAX_JSON_DEPTH));
    }
  });

  test("many brackets that are not deep, or stand in a string, are fine", () => {
    const wide = JSON.stringify([Array.from({ length: 5000 }, () => []), "[".repeat(5000), '\\"[{']);
    expect(stringifyJson(parseJson(wide))).toBe(wide);
  });

  test("reads every value that JSON.parse reads, to the same value", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(stringifyJson(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });
});

describe("sliceJson", () => {
  const text =
    ' { "a" : [ 1.0 , {"2":-0,"1":"x\\"}","é":1e400} ] ,\n"b":{"c" : null } , "a\\u0062":[true ,false]} ';

  test.each<[path: (string | number)[], raw: string | undefined]>([
    [[], text.trim()],
    [["a"], '[ 1.0 , {"2":-0,"1":"x\\"}","é":1e400} ]'],
    [["a", 0], "1.0"],
    [["a", 1], '{"2":-0,"1":"x\\"}","é":1e400}'],
    [["a", 1, "2"], "-0"],
    [["a", 1, "1"], '"x\\"}"'],
    [["a", 1, "é"], "1e400"],
    [["b", "c"], "null"],
    [["ab", 0], "true"],
    [["ab", 1], "false"],
    [["a", 2], undefined],
    [["c"], undefined],
    [["b", "c", "d"], undefined],
    [["b", 0], undefined],
    [["a", "0"], undefined],
  ])("%j", (path, raw) => {
    expect(sliceJson(text, path)).toBe(raw);
  });

  test("of repeated keys the last counts, as for JSON.parse", () => {
    expect(sliceJson('{"a":{"b":1},"a":{"b":2}}', ["a", "b"])).toBe("2");
  });

  test("an empty container holds nothing", () => {
    expect(sliceJson("[]", [0])).toBeUndefined();
    expect(sliceJson("{ }", ["a"])).toBeUndefined();
  });

  test("parsing a slice gives the value at the path", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.array(fc.jsonValue())),
        fc.integer({ min: 0, max: 3 }),
        (value, space) => {
          const text = JSON.stringify(value, null, space);
          const parsed = JSON.parse(text) as Record<string, unknown[]>;
          for (const [key, items] of Object.entries(parsed)) {
            for (const [index, item] of items.entries()) {
              expect(JSON.parse(sliceJson(text, [key, index]) ?? "")).toEqual(item);
            }
          }
        },
      ),
    );
  });
});
