import type { PromptSize } from "../translate/estimate.ts";

type Part = keyof PromptSize;

/** How far a model's own ratio may be from 1, squared: templates write tools in many ways, or leave them out. */
const UNCERTAIN: Readonly<Record<Part, number>> = { text: 0.1, wide: 0.3, tools: 1, images: 1 };
const PARTS = Object.keys(UNCERTAIN) as Part[];

/** By how much the ratio of one prompt differs from that of the next, squared: code after prose, one table, a list. */
const DRIFT = 0.01;
/** What a report says beside the parts (a template's frame), in tokens and as a part of it, squared. */
const FRAME = 40 ** 2;
const NOISE = 0.02 ** 2;
const MOST = 4;

/**
 * What each part of a prompt is to be multiplied with, followed by a Kalman filter: a long prompt of one part tells that
 * part's ratio, a short one nearly nothing, and of a mixed one the least certain parts learn the most.
 */
export class PartWeights {
  readonly #weights: number[] = PARTS.map(() => 1);
  /** Covariance of the weights. */
  readonly #spread: number[][] = PARTS.map((part, row) =>
    PARTS.map((_other, column) => (row === column ? UNCERTAIN[part] : 0)),
  );

  weigh(size: PromptSize): number {
    return PARTS.reduce((sum, part, at) => sum + size[part] * (this.#weights[at] ?? 1), 0);
  }

  /** @param reported tokens of the whole prompt */
  learn(size: PromptSize, reported: number): void {
    const parts = PARTS.map((part) => size[part]);
    const seen = this.#spread.map((row) => dot(row, parts));
    const gain = 1 / (dot(parts, seen) + FRAME + NOISE * reported ** 2);
    const surprise = reported - this.weigh(size);
    for (const [at, one] of seen.entries()) {
      const weight = (this.#weights[at] ?? 1) + one * gain * surprise;
      this.#weights[at] = Math.min(MOST, Math.max(0, weight));
    }
    for (const [at, row] of this.#spread.entries())
      for (const [other, value] of row.entries())
        row[other] = value - (seen[at] ?? 0) * (seen[other] ?? 0) * gain;
    for (const [at, part] of PARTS.entries()) if (size[part] > 0) this.#forget(at, part);
  }

  /** The next prompt's part may be otherwise; yet nothing is less certain than at the start. */
  #forget(at: number, part: Part): void {
    const row = this.#spread[at] ?? [];
    row[at] = Math.max(row[at] ?? 0, Math.min(UNCERTAIN[part], (row[at] ?? 0) + DRIFT));
  }

  rounded(): PromptSize {
    const [text = 1, wide = 1, tools = 1, images = 1] = this.#weights.map((one) => Number(one.toFixed(4)));
    return { text, wide, tools, images };
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
