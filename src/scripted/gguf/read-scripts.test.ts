import { expect, test } from "vitest";
import { loadScripts } from "../load-scripts.ts";
import type { ModelScript } from "../script.ts";
import { NoGguf, readGguf } from "./read-gguf.ts";
import { readScripts } from "./read-scripts.ts";
import { scriptedGguf } from "./scripted-gguf.ts";

const bytesOf = ({ pieces }: Pick<ModelScript, "pieces">): string =>
  Buffer.concat(pieces.map((piece) => Buffer.from(typeof piece === "number" ? [piece] : piece))).toString(
    "latin1",
  );

test("the weights tell what the model says, in the order of its scripts", async () => {
  const scripts: ModelScript[] = [
    ...(await loadScripts()),
    { marker: "[[looped]]", pieces: ["start ", "la ", "lo "], loop: 1 },
    { marker: "[[again]]", pieces: ["a b", "a b", "a b", 240, 159, 152, 128, "<tool_call>\n"] },
    { marker: "[[nothing]]", pieces: [] },
  ];
  const { metadata, tensors } = readGguf(scriptedGguf(scripts, { template: "plain" }));
  expect(metadata.get("llama.context_length")).toBe(131_072);
  const read = readScripts({ metadata, tensors }) ?? [];
  const expected = scripts.filter(({ marker }) => read.some((script) => script.marker === marker));
  expect(expected.length).toBeGreaterThan(scripts.length - 5);
  expect(read.map(({ marker }) => marker)).toEqual(expected.map(({ marker }) => marker));
  expect(read.map(bytesOf)).toEqual(expected.map(bytesOf));
  expect(read.find(({ marker }) => marker === "[[looped]]")).toMatchObject({
    pieces: ["start ", "la ", "lo "],
    loop: 1,
  });
});

test("what is no GGUF, or another model, is told apart", () => {
  expect(() => readGguf(Buffer.from("hello"))).toThrow(NoGguf);
  expect(readScripts({ metadata: new Map(), tensors: new Map() })).toBeNull();
});
