import type { Dialect } from "../upstream/delta.ts";
import type { AppliedEdit } from "./ask/context-edits.ts";
import type { PromptSize } from "./estimate.ts";

/** Makes ids. Passed in, since `translate/` is pure. */
export interface IdSource {
  /** A fresh message id, `msg_…`. */
  message(): string;
  /** A fresh tool call id, `toolu_…`. */
  toolUse(): string;
  /** The id of the front request, for error events. */
  request?(): string;
}

/** A tool that the model may call in this request. */
export interface DeclaredTool {
  /** The client's name. */
  name: string;
  schema: Record<string, unknown>;
}

/** What the answer side must know of the request. Made by `translateRequest`, never by hand outside tests. */
export interface AnswerContext {
  dialect: Dialect;
  /** The model as the client named it: every answer echoes it. */
  model: string;
  /** Tokens; an estimate of the whole prompt. */
  inputTokens: number;
  /** The uncorrected estimate, in parts. */
  promptSize: PromptSize;
  /** Tokens the client asked for at most. */
  maxTokens: number;
  /** Tokens; null when unknown. */
  contextWindow: number | null;
  /** What was sent as the limit is less than asked for because the context is nearly full. */
  contextLimited: boolean;
  stopSequences: readonly string[];
  /** Whether reasoning becomes thinking blocks, blocks with a signature only, or nothing. */
  reasoning: "shown" | "omitted" | "hidden";
  /** Content may begin with `<think>`. */
  thinkTags: boolean;
  tools: readonly DeclaredTool[];
  /** Upstream name → client's name, for names that had to be changed. */
  renamed: ReadonlyMap<string, string>;
  /**
   * `none`: calls are dropped. `required`: an answer without a call is an error. `json`: the answer's text is
   * the constrained JSON of one call.
   */
  toolChoice: "auto" | "none" | "required" | "json";
  /** With `json`: the text may be the client's own format instead of a call. */
  mayAnswer: boolean;
  disableParallel: boolean;
  /** Tool call ids in the history. */
  usedIds: ReadonlySet<string>;
  repair: boolean;
  /** A tool call that the model wrote as text becomes a call. */
  salvage: boolean;
  /** What the answer's `context_management` tells was cleared; null when the request has none. */
  appliedEdits: readonly AppliedEdit[] | null;
}

/** Something the bridge changed in what the model said. */
export interface Intervention {
  code:
    | "call-salvaged"
    | "arguments-repaired"
    | "arguments-unwrapped"
    | "web-search-domains"
    | "web-search-refused";
  tool: string;
  /** Dotted path within the input; empty for the whole of it. */
  path: string;
}
