import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { HttpCapture } from "../../wire/http1.ts";

/** A field that is different in every run and says nothing: `fixtures/wire/masks.yaml`. */
export interface Mask {
  what: string;
  /** Regular expression over body text. */
  pattern: string;
  replacement: string;
}

/** A field in which the simulation is known to differ: `fixtures/wire/differences.yaml`. */
export interface Difference extends Mask {
  /** Names of captures; `*` stands for anything. */
  captures: string[];
  reason: string;
}

const FOLDER = new URL("../../../fixtures/wire/", import.meta.url);

export function readMasks(): Mask[] {
  return parse(readFileSync(new URL("masks.yaml", FOLDER), "utf8")) as Mask[];
}

export function readDifferences(): Difference[] {
  return (parse(readFileSync(new URL("differences.yaml", FOLDER), "utf8")) ?? []) as Difference[];
}

/** Whether a difference speaks about a capture. */
export function concerns({ captures }: Difference, name: string): boolean {
  return captures.some((pattern) => {
    const literal = pattern.split("*").map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/gu, String.raw`\$&`));
    return new RegExp(`^${literal.join(".*")}$`, "u").test(name);
  });
}

/** An answer with everything taken out that may differ. Chunks stand one by one: a line is a chunk. */
export interface Comparable {
  status: number;
  headers: string[];
  chunks: string[];
  complete: boolean;
}

export function comparable(answer: HttpCapture, masks: readonly Mask[]): Comparable {
  return {
    status: answer.status,
    headers: answer.headers.map(([name, value]) => `${name}: ${headerValue(name, value)}`),
    chunks: answer.chunks.map((chunk) => masked(Buffer.from(chunk).toString("utf8"), masks)),
    complete: answer.complete,
  };
}

/** The date differs, and the length with the width of masked numbers; the body itself is compared. */
function headerValue(name: string, value: string): string {
  return /^(?:date|content-length)$/iu.test(name) ? "…" : value;
}

function masked(text: string, masks: readonly Mask[]): string {
  return masks.reduce(
    (rest, { pattern, replacement }) => rest.replaceAll(new RegExp(pattern, "gu"), replacement),
    text,
  );
}
