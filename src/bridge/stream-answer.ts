import { ApiError } from "../messages/api-error.ts";
import { encodeEvent, EventEncoder } from "../messages/encode.ts";
import type { MessageEvent, MessagesRequest } from "../messages/types.ts";
import { encodeComment } from "../wire/sse.ts";
import { countError, logError, presentable, sendError, sendHead } from "./answers.ts";
import type { Core, Exchange } from "./core.ts";
import { Heartbeat } from "./deadline.ts";
import { lossComments } from "./losses.ts";
import { produce } from "./produce.ts";

/**
 * Answers with server-sent events. The status stays open until the model has said something or
 * the grace period is over: up to then a failure is a real HTTP status, afterwards an `error`
 * event. No silence is longer than `pingEveryMs`.
 */
export async function streamAnswer(core: Core, exchange: Exchange, request: MessagesRequest): Promise<void> {
  const stream = new EventStream(core, exchange);
  core.metrics.streams++;
  try {
    await produce(core, exchange, request, (events, failure) => stream.deliver(events, failure));
    stream.end();
  } catch (error) {
    stream.fail(error);
  } finally {
    stream.stop();
  }
}

/** The client's side of one streamed answer. */
class EventStream {
  readonly #core: Core;
  readonly #exchange: Exchange;
  readonly #grace: NodeJS.Timeout;
  readonly #heartbeat: Heartbeat;
  readonly #encoder = new EventEncoder();
  #committed = false;
  #started = false;

  constructor(core: Core, exchange: Exchange) {
    this.#core = core;
    this.#exchange = exchange;
    this.#grace = setTimeout(() => this.#beat(), core.settings.graceMs);
    this.#heartbeat = new Heartbeat(core.settings.pingEveryMs, () => this.#beat());
  }

  /** Writes the events in one piece. Throws ApiError when the first thing to tell is an error. */
  deliver(events: MessageEvent[], failure: ApiError | null): Promise<void> | undefined {
    if (!this.#committed && failure !== null) throw failure;
    this.#commit();
    if (!this.#started) this.#core.openMetrics.firstByte(performance.now() - this.#exchange.began);
    this.#started = true;
    this.#heartbeat.touch();
    if (events.at(-1)?.type === "message_stop") this.#encoder.text(lossComments(this.#exchange.notes));
    for (const event of events)
      this.#encoder.event(event.type === "error" ? this.#told(event, failure) : event);
    const caughtUp = this.#exchange.sink.write(this.#encoder.take());
    return caughtUp ? undefined : this.#exchange.sink.drained();
  }

  end(): void {
    this.#exchange.sink.end();
  }

  fail(error: unknown): void {
    if (this.#exchange.request.signal.aborted) return;
    if (!this.#committed) return sendError(this.#core, this.#exchange, error);
    const failure = presentable(this.#core, error);
    this.#exchange.sink.write(encodeEvent(this.#told(failure.envelope(this.#exchange.id), failure)));
    this.end();
  }

  stop(): void {
    clearTimeout(this.#grace);
    this.#heartbeat.stop();
  }

  #beat(): void {
    this.#commit();
    this.#exchange.sink.write(
      this.#started ? encodeEvent({ type: "ping" }) : encodeComment("waiting for the model"),
    );
  }

  #commit(): void {
    if (this.#committed) return;
    this.#committed = true;
    clearTimeout(this.#grace);
    sendHead(this.#exchange, 200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
    });
  }

  /** The error as the client may see it; it is logged and counted. */
  #told(
    { error: { type, message, details } }: Extract<MessageEvent, { type: "error" }>,
    cause: ApiError | null,
  ): MessageEvent {
    const quoted = cause?.quoted;
    const told = new ApiError(type, message, { details, ...(quoted !== undefined && { quoted }) });
    const failure = presentable(this.#core, told);
    countError(this.#core, type);
    logError(this.#core, this.#exchange, failure, "error in the stream");
    return failure.envelope(this.#exchange.id);
  }
}
