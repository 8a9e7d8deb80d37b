import type { PromptSize } from "../translate/estimate.ts";

/** How well the prompts of one model are estimated. */
export interface CountQuality {
  model: string;
  /** Answers whose upstream counted the prompt. */
  observations: number;
  /** What the estimate of a text is multiplied with by now. */
  textRatio: number;
  imageRatio: number;
  /** Mean distance of the estimate, as it was before the answer, from what was then reported; 0.1 is 10 %. */
  error: number;
}

/** How much of what was learnt survives one more observation. */
const MEMORY = 0.9;
/** Tokens that speak for the uncorrected estimate, so that one tiny prompt proves nothing. */
const PRIOR = 200;
/** A report further from the estimate than these is not about this prompt: cut, cached away, or made up. */
const LEAST = 0.4;
const MOST = 3;
/** Tokens a template may add to any prompt, however small. */
const OVERHEAD = 300;

interface Fit {
  text: Ratio;
  images: Ratio;
  observations: number;
  error: number;
}

/**
 * Estimates of prompts that correct themselves: each model's tokenizer is learnt as one ratio for
 * texts and one for images, from what its upstream reports after each answer. In memory only.
 */
export class TokenCounts {
  readonly #fits = new Map<string, Fit>();

  /** Tokens, at least 1. */
  estimate(model: string, size: PromptSize): number {
    const fit = this.#fits.get(model);
    const text = size.text * (fit?.text.value ?? 1);
    return Math.max(1, Math.round(text + size.images * (fit?.images.value ?? 1)));
  }

  /** Learns from a prompt that the upstream counted as `reported` tokens, cached ones included. */
  observe(model: string, size: PromptSize, reported: number | undefined): void {
    const raw = size.text + size.images;
    if (reported === undefined || reported < raw * LEAST || reported > raw * MOST + OVERHEAD) return;
    const fit = this.#fits.get(model) ?? newFit();
    const error = Math.abs(this.estimate(model, size) - reported) / reported;
    this.#fits.set(model, fit);
    fit.observations++;
    fit.error += (error - fit.error) / Math.min(fit.observations, 1 / (1 - MEMORY));
    const forImages = reported - size.text * fit.text.value;
    if (size.images === 0) fit.text.add(size.text, reported);
    else if (forImages > 0) fit.images.add(size.images, forImages);
  }

  quality(): CountQuality[] {
    return [...this.#fits].map(([model, fit]) => ({
      model,
      observations: fit.observations,
      textRatio: round(fit.text.value),
      imageRatio: round(fit.images.value),
      error: round(fit.error),
    }));
  }
}

/** Reported to estimated, the more recent and the longer the more it counts. */
class Ratio {
  #estimated = PRIOR;
  #reported = PRIOR;

  get value(): number {
    return this.#reported / this.#estimated;
  }

  add(estimated: number, reported: number): void {
    this.#estimated = this.#estimated * MEMORY + estimated;
    this.#reported = this.#reported * MEMORY + reported;
  }
}

function newFit(): Fit {
  return { text: new Ratio(), images: new Ratio(), observations: 0, error: 0 };
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
