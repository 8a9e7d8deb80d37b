import type { AnswerBlock, MessageEvent, StopReason, Usage } from "../../messages/types.ts";
import type { WebToolName } from "../../messages/web-tools.ts";
import { type Outcome, resultBlock } from "./outcome.ts";
import { addUsage } from "./usage.ts";

/** A finished call of a web tool in a model's answer. */
export interface ServerCall {
  tool: WebToolName;
  /** As the client knows it, `srvtoolu_…`. */
  id: string;
  /** As the model server knows it. */
  callId: string;
  /** The arguments, not parsed: a token limit may have cut them. */
  json: string;
}

export interface MergeOptions {
  /** The web tools of the request: a call of one of these is the bridge's to run. */
  names: ReadonlySet<string>;
  /** Makes the id of a server call. */
  newId: () => string;
}

type Delta = Extract<MessageEvent, { type: "message_delta" }>;

/**
 * Makes one answer out of the answers of several steps: one start, blocks numbered through, calls of
 * web tools as `server_tool_use` followed by their results, one end with the usage of all steps.
 */
export class StepMerger {
  readonly #options: MergeOptions;
  #started = false;
  /** Index of the client's next block, and what separates it from the step's own numbering. */
  #next = 0;
  #offset = 0;
  #open: ServerCall | null = null;
  #end: Delta | null = null;
  #usage: Usage | null = null;
  #ran = false;
  readonly #served = { web_search_requests: 0, web_fetch_requests: 0 };
  /** Of the current step: calls the bridge ran, and calls that are the client's. */
  serverCalls = 0;
  clientCalls = 0;

  constructor(options: MergeOptions) {
    this.#options = options;
  }

  /** Why the current step ended; null while it has not. */
  get stopReason(): StopReason | null {
    return this.#end?.delta.stop_reason ?? null;
  }

  /** Output tokens of all steps so far. */
  get outputTokens(): number {
    return this.#usage?.output_tokens ?? 0;
  }

  nextStep(): void {
    this.#offset = this.#next;
    this.#end = null;
    this.serverCalls = 0;
    this.clientCalls = 0;
  }

  /** What the client gets of one event of a step, and the server call that it completes, if any. */
  push(event: MessageEvent): { events: MessageEvent[]; call: ServerCall | null } {
    switch (event.type) {
      case "message_start":
        return this.#start(event);
      case "content_block_start":
        return shown({
          ...event,
          index: this.#place(event.index),
          content_block: this.#block(event.content_block),
        });
      case "content_block_delta":
        if (this.#open !== null && event.delta.type === "input_json_delta")
          this.#open.json += event.delta.partial_json;
        return shown({ ...event, index: event.index + this.#offset });
      case "content_block_stop":
        return this.#stop({ ...event, index: event.index + this.#offset });
      case "message_delta":
        this.#end = event;
        this.#usage = addUsage(this.#usage, event.usage);
        return { events: [], call: null };
      case "message_stop":
        return { events: [], call: null };
      case "ping":
      case "error":
        break;
    }
    return shown(event);
  }

  /** The result of the call that `push` gave last, as a block that comes whole in its start event. */
  result(call: ServerCall, outcome: Outcome): MessageEvent[] {
    this.#ran = true;
    if (outcome.kind === "hits") this.#served.web_search_requests++;
    if (outcome.kind === "page") this.#served.web_fetch_requests++;
    this.#offset++;
    const index = this.#next++;
    return [
      { type: "content_block_start", index, content_block: resultBlock(call.tool, call.id, outcome) },
      { type: "content_block_stop", index },
    ];
  }

  /** The end of the whole answer. A server call alone is nothing the client could go on with. */
  finish(): MessageEvent[] {
    if (this.#end === null || this.#usage === null) return [];
    const { delta } = this.#end;
    const unfinished = delta.stop_reason === "tool_use" && this.clientCalls === 0;
    return [
      {
        ...this.#end,
        delta: unfinished ? { ...delta, stop_reason: "end_turn" } : delta,
        usage: { ...this.#usage, server_tool_use: this.#ran ? { ...this.#served } : null },
      },
      { type: "message_stop" },
    ];
  }

  #start(event: MessageEvent): { events: MessageEvent[]; call: null } {
    const events = this.#started ? [] : [event];
    this.#started = true;
    return { events, call: null };
  }

  #place(index: number): number {
    this.#next = index + this.#offset + 1;
    return index + this.#offset;
  }

  #block(block: AnswerBlock): AnswerBlock {
    if (block.type !== "tool_use") return block;
    const { name } = block;
    if (!this.#options.names.has(name)) {
      this.clientCalls++;
      return block;
    }
    const id = this.#options.newId();
    this.#open = { tool: name === "web_fetch" ? "web_fetch" : "web_search", id, callId: block.id, json: "" };
    return { ...block, type: "server_tool_use", id };
  }

  #stop(event: MessageEvent): { events: MessageEvent[]; call: ServerCall | null } {
    const call = this.#open;
    this.#open = null;
    if (call !== null) this.serverCalls++;
    return { events: [event], call };
  }
}

function shown(event: MessageEvent): { events: MessageEvent[]; call: null } {
  return { events: [event], call: null };
}
