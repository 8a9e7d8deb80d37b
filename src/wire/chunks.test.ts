import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chunksAt, type ChunkSplit, cutsOf, splitBytes } from "./chunks.ts";
import { concatBytes } from "./http1.ts";

const bytes = new TextEncoder().encode("ab\ncd\n\nef");
const texts = (chunks: Uint8Array[]): string[] => chunks.map((chunk) => new TextDecoder().decode(chunk));

test.each<[split: ChunkSplit, chunks: string[]]>([
  ["whole", ["ab\ncd\n\nef"]],
  ["line", ["ab\n", "cd\n", "\n", "ef"]],
  ["byte", "ab\ncd\n\nef".split("")],
  ["every:4", ["ab\nc", "d\n\ne", "f"]],
  ["every:100", ["ab\ncd\n\nef"]],
  ["at:2", ["ab", "\ncd\n\nef"]],
  ["at:0", ["ab\ncd\n\nef"]],
  ["at:9", ["ab\ncd\n\nef"]],
])("%s", (split, chunks) => {
  expect(texts(splitBytes(bytes, split))).toEqual(chunks);
});

test.each(["every:0", "every:", "at:-1", "random:x", "nothing:3"])("refuses %s", (split) => {
  expect(() => splitBytes(bytes, split as ChunkSplit)).toThrow(RangeError);
});

test("no bytes, no chunks", () => {
  expect(splitBytes(new Uint8Array(0), "byte")).toEqual([]);
});

test("a seed always gives the same cuts, another seed others", () => {
  const long = new Uint8Array(2000);
  const cuts = (seed: number): number[] => cutsOf(splitBytes(long, `random:${seed}`));
  expect(cuts(7)).toEqual(cuts(7));
  expect(cuts(7)).not.toEqual(cuts(8));
  expect(cuts(7).length).toBeGreaterThan(20);
});

test("chunks are never empty, hold all bytes, and their cuts rebuild them", () => {
  const split = fc.oneof(
    fc.constantFrom<ChunkSplit>("whole", "line", "byte"),
    fc.integer({ min: 1, max: 50 }).map((n): ChunkSplit => `every:${n}`),
    fc.nat(50).map((n): ChunkSplit => `at:${n}`),
    fc.nat().map((n): ChunkSplit => `random:${n}`),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), split, (bytes, split) => {
      const chunks = splitBytes(bytes, split);
      expect(chunks.every((chunk) => chunk.length > 0)).toBe(true);
      expect(concatBytes(chunks)).toEqual(bytes);
      expect(chunksAt(bytes, cutsOf(chunks))).toEqual(chunks);
    }),
  );
});
