import type { EngineMode } from "../script.ts";
import type { Engine } from "./engine.ts";
import { goEngine } from "./go.ts";
import { jinjaEngine } from "./jinja.ts";
import { parserEngine } from "./parser.ts";

const ENGINES: Partial<Record<EngineMode, Engine>> = {
  go: goEngine,
  jinja: jinjaEngine,
  parser: parserEngine,
};

/** The engine of a mode. Throws when the mode is not built yet. */
export function engineFor(mode: EngineMode): Engine {
  const engine = ENGINES[mode];
  if (engine !== undefined) return engine;
  throw new Error(
    `mode not built yet: the scripted model cannot run "${mode}"; use ${Object.keys(ENGINES).join(", ")}`,
  );
}
