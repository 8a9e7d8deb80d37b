import type { AnswerContext, DeclaredTool, IdSource, Intervention } from "../context.ts";
import { estimateText } from "../estimate.ts";
import { finishArguments } from "./arguments.ts";
import type { PendingCall } from "./calls.ts";
import { isWebSearch, repairWebSearch } from "./web-search.ts";
import type { BlockWriter } from "./writer.ts";

type Segment =
  | { kind: "text" | "reasoning"; text: string }
  | { kind: "call"; call: PendingCall; opened: boolean; sent: string[] };

const ID = /^[a-zA-Z0-9_-]+$/;

/**
 * Puts what arrives interleaved into strict sequence. The call at the head is written while it comes
 * in; whatever comes after it waits until its arguments are complete, because the client runs a tool as
 * soon as its block stops.
 */
export class Sequencer {
  readonly #context: AnswerContext;
  readonly #ids: IdSource;
  readonly #writer: BlockWriter;
  readonly #usedIds: Set<string>;
  readonly #queue: Segment[] = [];
  readonly interventions: Intervention[] = [];
  calls = 0;
  /** Tokens written, roughly. */
  outputTokens = 0;
  /** What is wrong with a call, in words that follow "the model server"; nothing is written after it. */
  problem: string | null = null;

  constructor(context: AnswerContext, ids: IdSource, writer: BlockWriter) {
    this.#context = context;
    this.#ids = ids;
    this.#writer = writer;
    this.#usedIds = new Set(context.usedIds);
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  text(text: string): void {
    this.#add("text", text);
  }

  reasoning(text: string): void {
    this.#add("reasoning", text);
  }

  call(call: PendingCall): void {
    this.calls++;
    this.#queue.push({ kind: "call", call, opened: false, sent: [] });
    this.drain();
  }

  /** Writes as much of the queue as may go out now. */
  drain(): void {
    while (this.problem === null) {
      const [head] = this.#queue;
      if (head === undefined) return;
      if (head.kind === "call") {
        if (!this.#isSettled(head.call)) return this.#writeOn(head);
        this.#finishCall(head, false);
      } else this.#write(head.kind, head.text);
      this.#queue.shift();
    }
  }

  /** No more will come. `cut`: the answer ended at its length limit, so an unfinished call stays a fragment. */
  finish(cut: boolean): void {
    while (this.problem === null) {
      const head = this.#queue.shift();
      if (head === undefined) return;
      if (head.kind === "call") this.#finishCall(head, cut);
      else this.#write(head.kind, head.text);
    }
  }

  #add(kind: "text" | "reasoning", text: string): void {
    if (text === "") return;
    if (this.#queue.length === 0 && this.problem === null) return this.#write(kind, text);
    this.#queue.push({ kind, text });
    this.drain();
  }

  #write(kind: "text" | "reasoning", text: string): void {
    this.outputTokens += estimateText(text);
    if (kind === "text") this.#writer.text(text);
    else this.#writer.reasoning(text);
  }

  /** A call is settled when it came whole, or is complete and something else has begun. */
  #isSettled(call: PendingCall): boolean {
    return call.whole || (this.#queue.length > 1 && call.progress.complete && !call.progress.broken);
  }

  #writeOn(segment: Segment & { kind: "call" }): void {
    const { call } = segment;
    if (call.name === undefined || !call.hasArguments || this.#mustBeWhole(call.name)) return;
    this.#send(segment, call.takeValid());
  }

  #finishCall(segment: Segment & { kind: "call" }, cut: boolean): void {
    const { call } = segment;
    call.finish();
    if (cut && (!call.progress.complete || call.progress.broken)) return this.#leaveFragment(segment);
    if (call.name === undefined) return this.#give("sent a tool call without a name");
    const tool = this.#declared(call.name);
    const sent = segment.sent.join("");
    const name = this.#clientName(call.name);
    const { repair } = this.#context;
    const result = finishArguments({ raw: call.raw, sent, tool: name, schema: tool?.schema, repair });
    if ("problem" in result) return this.#give(`sent a call of ${name} whose arguments ${result.problem}`);
    this.interventions.push(...result.interventions);
    const final =
      repair && isWebSearch(tool) ? repairWebSearch(result.json) : { json: result.json, interventions: [] };
    this.interventions.push(...final.interventions);
    this.#send(segment, final.json.slice(sent.length));
    this.#writer.close();
  }

  /** A call that the length limit cut: what came of it goes out as it is; of nothing, nothing. */
  #leaveFragment(segment: Segment & { kind: "call" }): void {
    const { call } = segment;
    if (call.name === undefined || !call.hasArguments) {
      if (!segment.opened) this.calls--;
      return;
    }
    this.#send(segment, call.raw.slice(segment.sent.join("").length));
    this.#writer.close();
  }

  #send(segment: Segment & { kind: "call" }, json: string): void {
    if (json === "" && segment.opened) return;
    if (!segment.opened) {
      if (json === "") return;
      segment.opened = true;
      this.#writer.call(this.#freshId(segment.call.id), this.#clientName(segment.call.name ?? ""));
    }
    segment.sent.push(json);
    this.outputTokens += estimateText(json);
    this.#writer.arguments(json);
  }

  #give(problem: string): void {
    this.problem = problem;
  }

  /** Arguments that may be changed cannot be passed on while they come in. */
  #mustBeWhole(name: string): boolean {
    return this.#context.repair && isWebSearch(this.#declared(name));
  }

  #clientName(name: string): string {
    return this.#context.renamed.get(name) ?? name;
  }

  #declared(name: string): DeclaredTool | undefined {
    const clientName = this.#clientName(name);
    return this.#context.tools.find((tool) => tool.name === clientName);
  }

  /** The upstream's id when it is well formed and new to the conversation: clients lose a call whose id they know. */
  #freshId(given: string | undefined): string {
    let id = given;
    while (id === undefined || !ID.test(id) || this.#usedIds.has(id)) id = this.#ids.toolUse();
    this.#usedIds.add(id);
    return id;
  }
}
