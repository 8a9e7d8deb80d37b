import { expect, test } from "vitest";
import { response } from "../testing/cassettes.ts";
import { inPlaces } from "./places.ts";

const PLACES = { home: "/home", cwd: "/cwdc/dcwd" };
const LIVE = { home: "/Volum/somebody", cwd: '/Volum/somebody/a "quoted" 日本' };

function placed(body: string, cuts: number[] = []): { text: string; chunks: string[] } {
  const moved = inPlaces(response(body, { cuts }), PLACES, LIVE);
  const bytes = Buffer.from(moved.body);
  const offsets = [0, ...moved.cuts, bytes.length];
  return {
    text: bytes.toString(),
    chunks: offsets.slice(1).map((end, index) => bytes.subarray(offsets[index], end).toString()),
  };
}

test.each([
  [
    "whole",
    '{"input":{"file_path":"/cwdc/dcwd/a.txt"}}',
    '{"input":{"file_path":"/Volum/somebody/a \\"quoted\\" 日本/a.txt"}}',
  ],
  [
    "as a slug",
    '{"x":"/home/.claude/projects/-cwdc-dcwd/m"}',
    '{"x":"/Volum/somebody/.claude/projects/-Volum-somebody-a--quoted----/m"}',
  ],
  ["not in a longer name", '{"x":"/cwdc/dcwdx /homes"}', '{"x":"/cwdc/dcwdx /homes"}'],
  [
    "told in pieces",
    'data: {"text":"in /cwdc"}\n\ndata: {"text":"/dc"}\n\ndata: {"text":"wd/a"}\n\n',
    'data: {"text":"in /Volum/somebody/a \\"quoted\\" 日本"}\n\ndata: {"text":""}\n\ndata: {"text":"/a"}\n\n',
  ],
])("a folder becomes the live one: %s", (_, recorded, expected) => {
  expect(placed(recorded).text).toBe(expected);
});

test("cuts stay where they were in what did not change", () => {
  const body = 'data: {"a":"/home/x"}\n\ndata: {"b":"y"}\n\n';
  const { chunks } = placed(body, [6, 14, body.indexOf("data", 5)]);
  expect(chunks).toEqual(["data: ", '{"a":"/Volum/somebody', '/x"}\n\n', 'data: {"b":"y"}\n\n']);
});

test("without folders nothing is touched", () => {
  const recorded = response('{"x":"/home"}');
  expect(inPlaces(recorded, { home: null, cwd: null }, LIVE)).toBe(recorded);
  expect(inPlaces(recorded, PLACES, {})).toBe(recorded);
});
