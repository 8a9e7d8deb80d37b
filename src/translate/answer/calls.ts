import type { CallDelta } from "../../upstream/delta.ts";
import { JsonProgress } from "./json-progress.ts";
import { SurrogateJoiner } from "./surrogates.ts";

/** A tool call as it is put together from its pieces. */
export class PendingCall {
  readonly index: number | undefined;
  id: string | undefined;
  name: string | undefined;
  /** The dialect sent it in one piece: nothing more will come. */
  readonly whole: boolean;
  readonly progress: JsonProgress = new JsonProgress();
  readonly #surrogates = new SurrogateJoiner();
  readonly #pieces: string[] = [];
  #valid: string[] = [];

  constructor(delta: CallDelta) {
    this.index = delta.index;
    this.whole = delta.whole === true;
  }

  /** Everything received as arguments. */
  get raw(): string {
    return this.#pieces.join("");
  }

  get hasArguments(): boolean {
    return this.#pieces.some((piece) => piece.trim() !== "");
  }

  /** Takes in a piece. Names and ids are repeated by some servers: the first one counts. */
  add(delta: CallDelta): void {
    this.id ??= delta.id;
    this.name ??= delta.name;
    this.#append(this.#surrogates.push(delta.arguments ?? ""));
    if (this.whole) this.finish();
  }

  /** No more pieces will come. */
  finish(): void {
    this.#append(this.#surrogates.end());
  }

  /** The arguments received since the last time, as far as they are the beginning of a JSON object. */
  takeValid(): string {
    const ready = this.#valid.join("");
    this.#valid = [];
    return ready;
  }

  #append(text: string): void {
    if (text === "") return;
    const first = this.#pieces.length === 0 ? text.trimStart() : text;
    if (first === "") return;
    this.#pieces.push(first);
    this.#valid.push(first.slice(0, this.progress.push(first)));
  }
}

/**
 * Tells which call a piece belongs to. Servers number calls from 0 or 1, give all the same number or
 * none, send the id late or again and again; ids and complete arguments decide where numbers do not.
 */
export class CallAssembler {
  readonly calls: PendingCall[] = [];

  /** The call that this piece was added to, and whether it is a new one. */
  add(delta: CallDelta): { call: PendingCall; isNew: boolean } {
    const known = delta.whole === true ? undefined : this.#find(delta);
    const call = known ?? new PendingCall(delta);
    if (known === undefined) this.calls.push(call);
    call.add(delta);
    return { call, isNew: known === undefined };
  }

  #find(delta: CallDelta): PendingCall | undefined {
    const candidate =
      delta.index === undefined
        ? (this.calls.findLast((call) => delta.id !== undefined && call.id === delta.id) ?? this.calls.at(-1))
        : this.calls.findLast((call) => call.index === delta.index);
    return candidate === undefined || startsAnother(candidate, delta) ? undefined : candidate;
  }
}

function startsAnother(call: PendingCall, delta: CallDelta): boolean {
  const otherId = delta.id !== undefined && call.id !== undefined && delta.id !== call.id;
  const otherName = delta.name !== undefined && call.name !== undefined && delta.name !== call.name;
  const unfinished = call.hasArguments && !call.progress.complete;
  if (otherId && delta.name !== undefined) return otherName || !unfinished;
  if (delta.index === undefined && otherId) return true;
  if (!call.progress.complete) return false;
  const sameAgain = delta.id !== undefined && delta.id === call.id;
  const moreArguments = delta.name !== undefined && (delta.arguments ?? "").trim() !== "";
  return otherId || otherName || (moreArguments && !sameAgain);
}
