import { ApiError } from "../messages/api-error.ts";
import type { MessageEvent } from "../messages/types.ts";
import { createStreamTranslator, type StreamTranslator } from "../translate/stream.ts";
import type { Core, Exchange } from "./core.ts";
import { ReadDeadline } from "./deadline.ts";
import type { OpenAnswer } from "./open-answer.ts";
import { answerDecoder } from "./answer-decoder.ts";
import { noteLosses } from "./losses.ts";
import { UpstreamBroken } from "./upstream-body.ts";
import { transportError } from "./upstream-failure.ts";

/**
 * Takes the events of one upstream read; `failure` is why they end in `error`. A promise holds the
 * upstream back until it resolves.
 */
export type Deliver = (events: MessageEvent[], failure: ApiError | null) => Promise<void> | undefined;

/** The upstream took a forced choice and did not keep to it; nothing of its answer was delivered. */
export class ToolChoiceIgnored extends ApiError {
  constructor(cause: ApiError | null) {
    super("api_error", cause?.message ?? "the model server ignored tool_choice", { status: 502 });
  }
}

/** How long a complete answer's connection may take to end before it is closed. */
const FINISH_MS = 1_000;

/**
 * Moves an answer from the upstream to `deliver`, one delivery per upstream read at most, until
 * it is complete. A cut, a silence or an unreadable answer is delivered as an `error` event.
 * Rejects with an ApiError when the answer is of the wrong kind altogether, and when the client is gone.
 */
export async function pump(
  core: Core,
  exchange: Exchange,
  open: OpenAnswer,
  deliver: Deliver,
): Promise<void> {
  const { body } = open.answer;
  const translator = createStreamTranslator(open.context, { ...core.newIds(), request: () => exchange.id });
  try {
    await pumpAll(core, exchange, open, translator, deliver);
  } catch (error) {
    if (exchange.request.signal.aborted || !(error instanceof UpstreamBroken)) throw error;
    await deliver(translator.fail(transportError(error)), translator.failure);
  } finally {
    body.release();
    report(core, exchange, translator);
    count(core, open, translator);
  }
}

async function pumpAll(
  core: Core,
  exchange: Exchange,
  open: OpenAnswer,
  translator: StreamTranslator,
  deliver: Deliver,
): Promise<void> {
  const { body } = open.answer;
  const decoder = answerDecoder(core.settings.dialect, open.answer.headers["content-type"]);
  const deadline = new ReadDeadline(body, core.settings.headersTimeoutMs);
  try {
    for (;;) {
      const bytes = await deadline.read();
      deadline.limit(core.settings.idleTimeoutMs);
      const deltas = bytes === null ? decoder.end() : decoder.push(bytes);
      const events = translator.push(deltas);
      if (bytes === null && !translator.finished) events.push(...translator.end());
      if (translator.finished) noteLosses(exchange.notes, translator.notes);
      if (translator.ignoredToolChoice) throw new ToolChoiceIgnored(translator.failure);
      if (events.length > 0) {
        const held = deliver(events, translator.failure);
        if (held !== undefined) await held;
      }
      if (translator.finished && deltas.some((delta) => delta.kind === "done")) body.finish(FINISH_MS);
      if (translator.finished || bytes === null) return;
    }
  } finally {
    deadline.stop();
  }
}

function report(core: Core, exchange: Exchange, translator: StreamTranslator): void {
  core.metrics.interventions += translator.interventions.length;
  noteLosses(exchange.notes, translator.notes);
  if (translator.notes.length > 0)
    core.log.debug({ request: exchange.id, notes: translator.notes }, "notes on the answer");
  for (const intervention of translator.interventions) {
    core.log.debug({ request: exchange.id, intervention }, "changed what the model said");
  }
}

/** What the upstream counted goes into the metrics, and teaches the estimates. */
function count(core: Core, { context }: OpenAnswer, { usage, interventions }: StreamTranslator): void {
  core.metrics.inputTokens += usage.promptTokens ?? 0;
  core.metrics.outputTokens += usage.completionTokens ?? 0;
  core.metrics.cachedTokens += usage.cachedTokens ?? 0;
  core.metrics.answers++;
  if (usage.cost !== undefined) core.metrics.pricedAnswers++;
  core.metrics.cost += usage.cost ?? 0;
  core.openMetrics.answer(context.model, usage, interventions);
  if (core.settings.calibrate) core.tokens.observe(context.model, context.promptSize, usage.promptTokens);
}
