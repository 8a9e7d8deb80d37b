import type { Clock } from "../clock.ts";
import type { World } from "../http/context.ts";
import type { Metrics } from "./lines.ts";

/** Measures one answer. */
export interface Timing {
  metrics(promptTokens: number, outputTokens: number): Metrics;
}

const LOAD_NS = 250_000_000;
const WARM_NS = 1_100_000;

export function startTiming(world: World, loaded: boolean): Timing {
  const clock: Clock = world.clock;
  const start = clock.now();
  const load = loaded ? LOAD_NS : WARM_NS;
  return {
    metrics(promptTokens, outputTokens) {
      const evaluated = world.deterministic ? outputTokens * 1_000_000 : Number(clock.now() - start);
      const prompt = 1_000_000;
      return {
        total_duration: load + prompt + evaluated,
        load_duration: load,
        prompt_eval_count: promptTokens,
        prompt_eval_duration: prompt,
        eval_count: outputTokens,
        eval_duration: evaluated,
      };
    },
  };
}
