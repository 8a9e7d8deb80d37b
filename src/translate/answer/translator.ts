import { ApiError } from "../../messages/api-error.ts";
import type { MessageEvent, StopReason } from "../../messages/types.ts";
import type { CallDelta, UpstreamDelta, UpstreamUsage } from "../../upstream/delta.ts";
import { failureOfErrorDelta } from "../../upstream/errors.ts";
import { upstreamName } from "../ask/tool-names.ts";
import type { AnswerContext, DeclaredTool, IdSource, Intervention } from "../context.ts";
import { estimateText } from "../estimate.ts";
import { translateFailure } from "../failure.ts";
import type { StreamTranslator } from "../stream-translator.ts";
import { CallTail } from "./call-tail.ts";
import { CallAssembler } from "./calls.ts";
import { emptyAnswer } from "./empty-answer.ts";
import { isFailure, stopReasonOf } from "./finish.ts";
import { readForcedCall } from "./forced-call.ts";
import { lostPart, mostTokens } from "./lost.ts";
import { Sequencer } from "./sequencer.ts";
import { StopMatcher } from "./stop-sequences.ts";
import { SurrogateJoiner } from "./surrogates.ts";
import { ThinkTags, type TaggedPiece } from "./think-tags.ts";
import { finalUsage } from "./usage.ts";
import { readTextCalls, type TextCall } from "./text-calls.ts";
import { BlockWriter } from "./writer.ts";

/** The state machine of one answer: see `StreamTranslator`. */
export class AnswerTranslator implements StreamTranslator {
  readonly #context: AnswerContext;
  readonly #ids: IdSource;
  readonly #writer: BlockWriter;
  readonly #sequencer: Sequencer;
  readonly #calls = new CallAssembler();
  readonly #textPairs = new SurrogateJoiner();
  readonly #reasoningPairs = new SurrogateJoiner();
  readonly #tags: ThinkTags;
  readonly #tail: CallTail;
  readonly #stops: StopMatcher;
  readonly notes: string[] = [];
  #started = false;
  #usage: UpstreamUsage = {};
  #finish: string | null = null;
  #refusal = "";
  /** The text of an answer that is the JSON of one call. */
  #forced = "";
  #hiddenTokens = 0;
  /** As many tokens as the text and reasoning so far can have been, when each piece was one. */
  #delivered = 0;
  finished = false;
  ignoredToolChoice = false;
  failure: ApiError | null = null;

  constructor(context: AnswerContext, ids: IdSource) {
    this.#context = context;
    this.#ids = ids;
    this.#writer = new BlockWriter(context.model, context.reasoning === "shown");
    this.#sequencer = new Sequencer(context, ids, this.#writer);
    this.#tags = new ThinkTags(context.thinkTags && context.toolChoice !== "json");
    this.#tail = new CallTail(context.salvage ? context.tools.map(({ name }) => upstreamName(name)) : []);
    this.#stops = new StopMatcher(context.stopSequences);
  }

  get interventions(): readonly Intervention[] {
    return this.#sequencer.interventions;
  }

  get usage(): Readonly<UpstreamUsage> {
    return this.#usage;
  }

  start(): MessageEvent[] {
    if (!this.finished) this.#begin();
    return this.#writer.take();
  }

  push(deltas: readonly UpstreamDelta[]): MessageEvent[] {
    for (const delta of deltas) {
      if (this.finished) break;
      this.#read(delta);
      this.#checkArguments();
    }
    return this.#take();
  }

  end(): MessageEvent[] {
    if (this.finished) return [];
    if (this.#finish === null) this.#fail(upstreamFault("ended its answer without finishing it"));
    else this.#complete();
    return this.#take();
  }

  fail(failure: ApiError): MessageEvent[] {
    if (!this.finished) this.#fail(failure);
    return this.#take();
  }

  /** Of an answer that has to be a call nothing goes out before there is one: without, it can be asked for anew. */
  #take(): MessageEvent[] {
    if (this.#context.toolChoice !== "required" || this.#sequencer.calls > 0) return this.#writer.take();
    if (!this.finished) return [];
    return this.ignoredToolChoice ? this.#writer.take().slice(-1) : this.#writer.take();
  }

  #read(delta: UpstreamDelta): void {
    switch (delta.kind) {
      case "text":
        return this.#text(delta.text);
      case "reasoning":
        return this.#reasoning(delta.text);
      case "call":
        return this.#call(delta);
      case "refusal":
        this.#refusal += delta.text;
        return this.#text(delta.text);
      case "usage":
        this.#usage = { ...this.#usage, ...delta.usage };
        return;
      case "finish":
        return this.#finishWith(delta.reason);
      case "done":
        return this.#done();
      case "error":
        return this.#fail(translateFailure(failureOfErrorDelta(delta), this.#context));
      case "garbage":
        return this.#fail(upstreamFault(`sent something that is no answer: ${delta.excerpt}`, delta.excerpt));
    }
  }

  #begin(): void {
    if (this.#started) return;
    this.#started = true;
    this.#writer.begin(emptyAnswer(this.#ids.message(), this.#context));
  }

  #text(text: string): void {
    this.#begin();
    this.#delivered += mostTokens(text);
    const whole = this.#textPairs.push(text);
    if (this.#context.toolChoice === "json") this.#forced += whole;
    else if (this.#tags.isOver) this.#visible(whole);
    else this.#pieces(this.#tags.push(whole));
  }

  #reasoning(text: string): void {
    this.#begin();
    this.#delivered += mostTokens(text);
    this.#pieces(this.#tags.disarm());
    this.#pieces([{ kind: "reasoning", text: this.#reasoningPairs.push(text) }]);
  }

  #pieces(pieces: readonly TaggedPiece[]): void {
    for (const { kind, text } of pieces) {
      if (this.finished || text === "") continue;
      if (kind === "text") this.#visible(text);
      else this.#thought(text);
    }
  }

  #thought(text: string): void {
    this.#unstopped(this.#tail.interrupt());
    if (this.finished) return;
    this.#releaseText();
    if (this.#context.reasoning === "hidden") this.#hiddenTokens += estimateText(text);
    else this.#sequencer.reasoning(text);
  }

  #visible(text: string): void {
    this.#unstopped(this.#tail.push(text));
  }

  /** Text that is no call: it goes out but for what a stop sequence may begin with. */
  #unstopped(text: string): void {
    if (text === "") return;
    if (this.#stops.isIdle) return this.#sequencer.text(text);
    const { text: safe, matched } = this.#stops.push(text);
    this.#sequencer.text(safe);
    if (matched === null) return;
    this.#hiddenTokens += estimateText(matched);
    this.#close("stop_sequence", matched);
  }

  /** Text held back for a stop sequence that cannot go on across another kind of block. */
  #releaseText(): void {
    this.#sequencer.text(this.#stops.end());
  }

  #call(delta: CallDelta): void {
    this.#begin();
    this.#pieces(this.#tags.disarm());
    this.#unstopped(this.#tail.release());
    if (this.finished) return;
    const { call, isNew } = this.#calls.add(delta);
    if (!isNew) return this.#sequencer.drain();
    if (this.#context.toolChoice === "none") return this.#note("call-dropped");
    if (this.#context.disableParallel && this.#sequencer.calls > 0)
      return this.#note("parallel-call-dropped");
    this.#releaseText();
    this.#sequencer.call(call);
  }

  #finishWith(reason: string): void {
    this.#begin();
    if (isFailure(reason)) this.#fail(upstreamFault(`gave up its answer (finish reason "${reason}")`));
    else this.#finish ??= reason;
  }

  #done(): void {
    const held = this.#forced !== "" || !this.#tail.isEmpty;
    const empty = this.#writer.blocks === 0 && this.#sequencer.isEmpty && !held;
    if (this.#finish === null && empty && this.#hiddenTokens === 0) {
      this.#fail(upstreamFault("ended its answer with neither content nor a finish reason"));
    } else this.#complete();
  }

  /** The upstream's answer is whole: everything held goes out, then the end. */
  #complete(): void {
    this.#begin();
    this.#flush();
    if (this.finished) return;
    const cut = this.#finish === "length";
    if (this.#context.toolChoice === "json") this.#emitForced(cut);
    if (this.finished) return;
    this.#sequencer.finish(cut);
    this.#checkArguments();
    if (this.finished) return;
    if (this.#finish === "stop" && this.#isLost()) return;
    const { stop, note } = stopReasonOf(
      {
        reason: this.#finish,
        calls: this.#sequencer.calls,
        refused: this.#refusal !== "",
        usage: this.#usage,
      },
      this.#context,
    );
    if (this.#context.toolChoice === "required" && stop === "end_turn") {
      this.ignoredToolChoice = true;
      return this.#fail(upstreamFault("ignored tool_choice: it answered without calling a tool"));
    }
    if (note !== undefined) this.#note(note);
    this.#close(stop, null);
  }

  /** Whether the whole answer was lost on the way, which then is its end. */
  #isLost(): boolean {
    const counted = this.#usage.completionTokens;
    const delivered = { counted, most: this.#delivered, calls: this.#calls.calls.length };
    const lost = lostPart(delivered, this.#context);
    if (lost === "some") this.#note("answer-partly-lost");
    if (lost !== "all") return false;
    const problem = `counted ${counted} tokens of an answer and delivered none, as when it cannot read a tool call`;
    this.#fail(upstreamFault(problem));
    return true;
  }

  #flush(): void {
    this.#pieces([{ kind: "reasoning", text: this.#reasoningPairs.end() }]);
    const rest = this.#textPairs.end();
    if (this.#context.toolChoice === "json") this.#forced += rest;
    else this.#pieces([...this.#tags.push(rest), ...this.#tags.end()]);
    if (!this.finished) this.#settleTail();
    if (!this.finished) this.#releaseText();
  }

  /** The end that was held back becomes the calls it spells out, or is text after all. */
  #settleTail(): void {
    const calls = this.#textCalls();
    const held = this.#tail.release();
    if (calls === null) this.#unstopped(held);
    for (const { name, arguments: input } of calls ?? []) {
      this.#call({ kind: "call", name, arguments: input, whole: true });
      this.#sequencer.interventions.push({ code: "call-salvaged", tool: name, path: "" });
    }
  }

  #textCalls(): TextCall[] | null {
    const { candidate } = this.#tail;
    const isWhole = this.#finish !== "length" && this.#finish !== "content_filter" && this.#refusal === "";
    if (candidate === "" || !isWhole) return null;
    if (this.#context.stopSequences.some((sequence) => candidate.includes(sequence))) return null;
    return readTextCalls(candidate, (name) => this.#tool(name));
  }

  #emitForced(cut: boolean): void {
    const call = readForcedCall(this.#forced, cut);
    const isDeclared = call?.name !== undefined && this.#tool(call.name) !== undefined;
    if (call !== undefined && (isDeclared || !this.#context.mayAnswer)) {
      this.#sequencer.call(this.#calls.add(call).call);
    } else if (this.#context.mayAnswer) {
      this.#unstopped(this.#forced);
      if (!this.finished) this.#releaseText();
    } else if (!cut) this.#fail(upstreamFault("did not keep to the format of the forced tool call"));
  }

  /** The declared tool behind the upstream's name. */
  #tool(asked: string): DeclaredTool | undefined {
    return this.#context.tools.find(({ name }) => upstreamName(name) === asked);
  }

  #close(stop: StopReason, sequence: string | null): void {
    if (stop === "stop_sequence") {
      this.#sequencer.finish(false);
      this.#checkArguments();
      if (this.finished) return;
    }
    this.#writer.close();
    const { usage, estimated } = finalUsage(this.#usage, {
      inputTokens: this.#context.inputTokens,
      outputTokens: this.#hiddenTokens + this.#sequencer.outputTokens,
    });
    if (estimated) this.#note("usage-estimated");
    const { appliedEdits } = this.#context;
    this.#writer.event({
      type: "message_delta",
      delta: {
        stop_reason: stop,
        stop_sequence: sequence,
        stop_details:
          stop === "refusal" ? { type: "refusal", category: null, explanation: this.#refusal || null } : null,
        container: null,
      },
      context_management: appliedEdits === null ? null : { applied_edits: [...appliedEdits] },
      usage,
    });
    this.#writer.event({ type: "message_stop" });
    this.finished = true;
  }

  #checkArguments(): void {
    const problem = this.#sequencer.problem;
    if (problem !== null && !this.finished) this.#fail(upstreamFault(problem));
  }

  #fail(failure: ApiError): void {
    this.finished = true;
    this.failure = failure;
    const requestId = this.#ids.request?.() ?? "";
    this.#writer.event(failure.envelope(requestId));
  }

  #note(code: string): void {
    if (!this.notes.includes(code)) this.notes.push(code);
  }
}

function upstreamFault(problem: string, quoted?: string): ApiError {
  return new ApiError("api_error", `the model server ${problem}`, {
    status: 502,
    ...(quoted !== undefined && { quoted }),
  });
}
