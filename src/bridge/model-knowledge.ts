import type { UpstreamFailure } from "../upstream/errors.ts";
import { defaultFlags, type ModelFlags } from "../upstream/flags.ts";
import { learnFromRefusal } from "../upstream/learn.ts";
import type { Settings } from "./options.ts";

/** Asks the upstream about one model. Resolves with an empty object when it does not say. */
export type Probe = (model: string, mark: string | undefined) => Promise<Partial<ModelFlags> | null>;

/**
 * What is known of each model, from weakest to strongest: the dialect's defaults, what the
 * upstream says when asked (once per model), what its refusals taught, what the user stated.
 */
export class ModelKnowledge {
  readonly #settings: Settings;
  readonly #probe: Probe;
  readonly #probed = new Map<string, Promise<Partial<ModelFlags> | null>>();
  readonly #learned = new Map<string, Partial<ModelFlags>>();

  constructor(settings: Settings, probe: Probe) {
    this.#settings = settings;
    this.#probe = probe;
  }

  async flags(model: string, mark: string | undefined): Promise<ModelFlags> {
    const probed = await this.#ask(model, mark);
    return {
      ...defaultFlags(this.#settings.dialect),
      ...probed,
      ...this.#learned.get(model),
      ...this.#settings.stated,
    };
  }

  /** Remembers what a refusal says about the model. False when asking again would change nothing. */
  learn(model: string, failure: UpstreamFailure, flags: ModelFlags): boolean {
    const learned = learnFromRefusal(failure, flags);
    if (learned === null) return false;
    const lesson = difference(learned, flags);
    this.keep(model, lesson);
    return Object.keys(lesson).some((flag) => !(flag in this.#settings.stated));
  }

  /** Remembers what was found out in another way, e.g. what a request was taken with. */
  keep(model: string, found: Partial<ModelFlags>): void {
    this.#learned.set(model, { ...this.#learned.get(model), ...found });
  }

  /** Remembers what an answer showed. False when the user stated otherwise, or it was known. */
  note(model: string, shown: Partial<ModelFlags>): boolean {
    const learned = this.#learned.get(model);
    const news = Object.entries(shown).filter(
      ([flag, value]) => !(flag in this.#settings.stated) && learned?.[flag as keyof ModelFlags] !== value,
    );
    this.#learned.set(model, { ...learned, ...Object.fromEntries(news) });
    return news.length > 0;
  }

  async #ask(model: string, mark: string | undefined): Promise<Partial<ModelFlags>> {
    const known = this.#probed.get(model) ?? this.#probe(model, mark);
    this.#probed.set(model, known);
    const facts = await known;
    if (facts === null) this.#probed.delete(model);
    return facts ?? {};
  }
}

function difference(learned: ModelFlags, known: ModelFlags): Partial<ModelFlags> {
  const changed = Object.entries(learned).filter(
    ([flag, value]) => known[flag as keyof ModelFlags] !== value,
  );
  return Object.fromEntries(changed);
}
