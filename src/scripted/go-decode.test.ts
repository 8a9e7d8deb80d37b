import { expect, test } from "vitest";
import { decodeFirst } from "./go-decode.ts";

const WORDS = { empty: "EOF" };

test.each([
  ['{"a": [1, -2.5e3, "x\\"}", null]} trailing', { a: [1, -2500, 'x"}', null] }],
  ["[] []", []],
  [" true false", true],
])("%s", (body, value) => {
  expect(decodeFirst(body, WORDS)).toEqual(value);
});

test.each([
  ["", "EOF"],
  ['{"a":', "unexpected EOF"],
  ['{"a": "x', "unexpected EOF"],
  ["tru", "unexpected EOF"],
  ["not json", "invalid character 'o' in literal null (expecting 'u')"],
  ["{a}", "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a": 1 2}', "invalid character '2' after object key:value pair"],
  ["[1 2]", "invalid character '2' after array element"],
  ["<html>", "invalid character '<' looking for beginning of value"],
])("%s is refused in Go's words", (body, message) => {
  expect(() => decodeFirst(body, WORDS)).toThrow(expect.objectContaining({ status: 400, message }));
});
