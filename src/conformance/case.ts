import type { Split } from "../scripted/script.ts";
import type { Dialect } from "../upstream/delta.ts";
import type { CaseKind, Level } from "./types.ts";

/** Where a rule comes from, in our own words, with the page that states it. */
export interface SpecReference {
  source: string;
  url?: string;
}

/** A rule by name (`"status-ok"`), or one key with its arguments (`{ "answer.text": "Hello." }`). */
export type Expectation = string | Record<string, unknown>;

/** Text that may differ between the two upstream dialects. */
export type PerDialect<T> = T | Partial<Record<Dialect, T>>;

export interface CallSpec {
  id?: string | null;
  name?: string;
  /** Position among the calls as the upstream numbers it; by default 0, 1, 2… ; null leaves it out. */
  index?: number | null;
  /** The arguments as a JSON value. */
  arguments?: unknown;
  /** The arguments as raw JSON text, in fragments: one chunk each where the dialect can (OpenAI). */
  fragments?: string[];
}

/**
 * One thing the scripted model server does. A list of them is one upstream answer in neutral
 * form; `finish`, `usage` and the clean end are added unless the list says otherwise.
 */
export type AnswerItem =
  | { text: string | string[]; by?: "char" }
  | { reasoning: string | string[]; by?: "char" }
  | { refusal: string }
  | { call: CallSpec }
  /** `stop`, `length`, `tool_calls`, …; null: no finish reason at all. */
  | { finish: string | null }
  | { usage: { prompt: number; completion: number; cached?: number } | null }
  /** A JSON chunk of the dialect's own, framed as the dialect frames it. */
  | { frame: PerDialect<unknown> }
  /** Bytes as they are. */
  | { raw: PerDialect<string> }
  /** An answer that is an HTTP status of its own; `body` is its whole body. */
  | { status: number; headers?: Record<string, string>; body?: PerDialect<string> }
  /** Milliseconds of silence. */
  | { wait: number }
  /** `done` (default): the dialect's clean end. The others leave it out. */
  | { end: "done" | "fin" | "cut" | "rst" | "stall" };

/** Tokens of the model, text or one byte 0–255; `loop` is the one it goes back to after the last, for ever. */
export type Saying = (string | number)[] | { pieces: (string | number)[]; loop: number };

/** Whether the client asks for a stream, for one JSON body, or for each in turn. */
export type Mode = "stream" | "json" | "both";

/** One request to the target and what must be true of its answer. */
export interface SendSpec {
  name?: string;
  /** Sent only over this upstream. */
  only?: Dialect;
  mode?: Mode;
  method?: string;
  path?: string;
  /** null removes a default header; a list sends the header once per entry. */
  headers?: Record<string, string | string[] | null>;
  /** Laid over the suite's default request, key by key. */
  request?: Record<string, unknown>;
  /** Default keys of the request that are not sent. */
  omit?: string[];
  /** The body as text instead of a request; `{ b64 }` for bytes. */
  body?: string | { b64: string };
  answer?: AnswerItem[];
  /** For sends that cause several upstream requests. */
  answers?: AnswerItem[][];
  /** Instead of an answer: what the model says, token by token. The server reads it as its mode does. */
  says?: Saying;
  /** The same send once per cutting of the upstream's bytes; all must give the same message. */
  splits?: Split[];
  expect?: Expectation[];
  /** The send once per entry, each laid over it. */
  each?: SendSpec[];
}

/** What a case asks of the bridge that is started for it; a foreign target cannot be told. */
export interface BridgeSettings {
  authToken?: string;
  apiKey?: string;
  strict?: boolean;
  repair?: boolean;
  maxRetries?: number;
  headersTimeoutMs?: number;
  idleTimeoutMs?: number;
  connectTimeoutMs?: number;
  pingEveryMs?: number;
  graceMs?: number;
  flags?: Record<string, unknown>;
  /** A scripted web: `search` by its SearXNG, `fetch` of its pages. Its address is `${web}` in all texts. */
  web?: { search?: boolean; fetch?: boolean };
}

/** What a case says of a model to the people who read the readiness line (`readiness.ts`). */
export interface ReadinessSpec {
  /** What a model does that passes: `edits files`. */
  does: string;
  /** `loop`: without it there is no work at all; `edits`: without it none that nobody watches. */
  decides?: "loop" | "edits";
}

export interface CaseSpec {
  id: string;
  level: Level;
  kinds: CaseKind[];
  /** One sentence: what must be true. */
  title: string;
  spec: SpecReference[];
  /** Capabilities without which the case is skipped. */
  needs?: string[];
  /** Where the feature exists; by default both. */
  upstreams?: Dialect[];
  /** Fewer of them, or none, to save time, in a run for which no suite and no case was named. */
  usually?: Dialect[];
  bridge?: BridgeSettings;
  /** Laid over the suite's defaults. */
  request?: Record<string, unknown>;
  /** Instead of the suite's default answer. */
  answer?: AnswerItem[];
  sends?: SendSpec[];
  /** What the `any` and `capable` kinds send to a live model; only structure can be asserted. */
  live?: SendSpec[];
  /** Code for what data cannot say: a name in `procedures/`, or one key with its arguments. */
  procedure?: Expectation;
  /** Holds for every send of the case. */
  expect?: Expectation[];
  /** Rate of a live model that suffices, 0–1; by default 0.5. */
  floor?: number;
  /** Longest time of one run, e.g. `3m`; by default 90 seconds. */
  limit?: string;
  readiness?: ReadinessSpec;
}

export interface SuiteDefaults {
  request?: Record<string, unknown>;
  headers?: Record<string, string>;
  answer?: AnswerItem[];
  mode?: Mode;
}

/** One file of `suites/`. */
export interface SuiteFile {
  suite: string;
  title: string;
  defaults: SuiteDefaults;
  cases: CaseSpec[];
}
