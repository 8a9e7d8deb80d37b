import type { Answer, AnswerBlock, BlockDelta, MessageEvent } from "../../messages/types.ts";
import { signReasoning } from "../signature.ts";

type Open = { kind: "text" | "call" } | { kind: "reasoning"; text: string[] };

/**
 * Writes content blocks in the grammar of the Messages stream: one after the other, each started,
 * filled and stopped before the next. Events collect here until they are taken.
 * Source: https://docs.anthropic.com/en/api/messages-streaming
 */
export class BlockWriter {
  readonly #model: string;
  readonly #showReasoning: boolean;
  #events: MessageEvent[] = [];
  #open: Open | null = null;
  #next = 0;

  constructor(model: string, showReasoning: boolean) {
    this.#model = model;
    this.#showReasoning = showReasoning;
  }

  /** Content blocks started so far. */
  get blocks(): number {
    return this.#next;
  }

  take(): MessageEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  event(event: MessageEvent): void {
    this.#events.push(event);
  }

  begin(message: Answer): void {
    this.#events.push({ type: "message_start", message });
  }

  text(text: string): void {
    if (this.#open?.kind !== "text")
      this.#start({ kind: "text" }, { type: "text", text: "", citations: null });
    this.#delta({ type: "text_delta", text });
  }

  reasoning(text: string): void {
    if (this.#open?.kind !== "reasoning") {
      this.#start({ kind: "reasoning", text: [] }, { type: "thinking", thinking: "", signature: "" });
    }
    if (this.#open?.kind === "reasoning") this.#open.text.push(text);
    if (this.#showReasoning) this.#delta({ type: "thinking_delta", thinking: text });
  }

  call(id: string, name: string): void {
    this.#start({ kind: "call" }, { type: "tool_use", id, name, input: {}, caller: { type: "direct" } });
  }

  arguments(json: string): void {
    if (json !== "") this.#delta({ type: "input_json_delta", partial_json: json });
  }

  /** Stops the open block, if any; a thinking block gets its signature first. */
  close(): void {
    if (this.#open === null) return;
    if (this.#open.kind === "reasoning") {
      const signature = signReasoning({ model: this.#model, text: this.#open.text.join("") });
      this.#delta({ type: "signature_delta", signature });
    }
    this.#events.push({ type: "content_block_stop", index: this.#next - 1 });
    this.#open = null;
  }

  #start(open: Open, block: AnswerBlock): void {
    this.close();
    this.#open = open;
    this.#events.push({ type: "content_block_start", index: this.#next++, content_block: block });
  }

  #delta(delta: BlockDelta): void {
    this.#events.push({ type: "content_block_delta", index: this.#next - 1, delta });
  }
}
