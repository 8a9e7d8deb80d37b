import { totalSize, type PromptSize } from "../translate/estimate.ts";
import { PartWeights } from "./part-weights.ts";

/** How well the prompts of one model are estimated. */
export interface CountQuality {
  model: string;
  /** Answers whose upstream counted the prompt. */
  observations: number;
  /** What the estimate of each part is multiplied with by now. */
  ratios: PromptSize;
  /** Mean distance of the estimate, as it was before the answer, from what was then reported; 0.1 is 10 %. */
  error: number;
}

/** How much of the error survives one more observation. */
const MEMORY = 0.9;
/**
 * A report further from the estimate than these is not about this prompt: cut, cached away, or made up. The lower
 * one is of the texts alone: a template may leave tools out, and a picture may cost little.
 */
const LEAST = 0.4;
const MOST = 3;
/** Tokens a template may add to any prompt, however small. */
const OVERHEAD = 300;

interface Fit {
  weights: PartWeights;
  observations: number;
  error: number;
}

/**
 * Estimates of prompts that correct themselves: how each model counts texts, other scripts, tools and images is
 * learnt from what its upstream reports after each answer. In memory only.
 */
export class TokenCounts {
  readonly #fits = new Map<string, Fit>();

  /** Tokens, at least 1. */
  estimate(model: string, size: PromptSize): number {
    const tokens = this.#fits.get(model)?.weights.weigh(size) ?? totalSize(size);
    return Math.max(1, Math.round(tokens));
  }

  /** Learns from a prompt that the upstream counted as `reported` tokens, cached ones included. */
  observe(model: string, size: PromptSize, reported: number | undefined): void {
    if (reported === undefined || reported < Math.max(1, (size.text + size.wide) * LEAST)) return;
    if (reported > totalSize(size) * MOST + OVERHEAD) return;
    const fit = this.#fits.get(model) ?? { weights: new PartWeights(), observations: 0, error: 0 };
    const error = Math.abs(this.estimate(model, size) - reported) / reported;
    this.#fits.set(model, fit);
    fit.observations++;
    fit.error += (error - fit.error) / Math.min(fit.observations, 1 / (1 - MEMORY));
    fit.weights.learn(size, reported);
  }

  quality(): CountQuality[] {
    return [...this.#fits].map(([model, { weights, observations, error }]) => ({
      model,
      observations,
      ratios: weights.rounded(),
      error: Number(error.toFixed(4)),
    }));
  }
}
