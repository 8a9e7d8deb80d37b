/**
 * How bytes are cut: not at all, after each LF, into single bytes, every N bytes, once at offset N,
 * or at places drawn from a seed (the same seed gives the same cuts).
 */
export type ChunkSplit = "whole" | "line" | "byte" | `every:${number}` | `at:${number}` | `random:${number}`;

const LF = 10;
const LONGEST_RANDOM_CHUNK = 48;

/** The bytes cut into non-empty chunks. Throws RangeError on a split that is none of `ChunkSplit`. */
export function splitBytes(bytes: Uint8Array, split: ChunkSplit): Uint8Array[] {
  return chunksAt(bytes, cutPlaces(bytes, split));
}

/** The offsets at which these chunks meet: their running lengths, without 0 and the total. */
export function cutsOf(chunks: readonly Uint8Array[]): number[] {
  let offset = 0;
  return chunks.slice(0, -1).map((chunk) => (offset += chunk.length));
}

/** The inverse of `cutsOf`. Offsets outside the bytes, and repeated ones, cut nothing. */
export function chunksAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    const to = Math.min(cut, bytes.length);
    if (to <= from) continue;
    chunks.push(bytes.subarray(from, to));
    from = to;
  }
  return chunks;
}

function cutPlaces(bytes: Uint8Array, split: ChunkSplit): number[] {
  if (split === "whole") return [];
  if (split === "line") return afterLineFeeds(bytes);
  if (split === "byte") return steps(bytes.length, 1);
  const [kind, argument = ""] = split.split(":");
  const n = Number(argument);
  if (argument !== "" && Number.isSafeInteger(n) && n >= 0) {
    if (kind === "every" && n > 0) return steps(bytes.length, n);
    if (kind === "at") return [n];
    if (kind === "random") return randomCuts(bytes.length, n);
  }
  throw new RangeError(`unknown split "${split}": use whole, line, byte, every:N, at:N or random:SEED`);
}

function afterLineFeeds(bytes: Uint8Array): number[] {
  const cuts: number[] = [];
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) cuts.push(at + 1);
  return cuts;
}

function steps(length: number, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil(length / step) - 1) }, (_, i) => (i + 1) * step);
}

function randomCuts(length: number, seed: number): number[] {
  const cuts: number[] = [];
  const next = xorshift(seed);
  for (let at = 1 + (next() % LONGEST_RANDOM_CHUNK); at < length; at += 1 + (next() % LONGEST_RANDOM_CHUNK)) {
    cuts.push(at);
  }
  return cuts;
}

/** Marsaglia's 32-bit xorshift: a small generator whose sequence is the same everywhere. */
function xorshift(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
