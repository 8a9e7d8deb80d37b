import type { MessageEvent } from "../messages/types.ts";
import { decoder } from "../upstream/decoder.ts";
import type { Dialect } from "../upstream/delta.ts";
import { AnswerTranslator } from "./answer/translator.ts";
import type { AnswerContext, IdSource } from "./context.ts";
import type { StreamTranslator } from "./stream-translator.ts";

export type { StreamTranslator } from "./stream-translator.ts";

export function createStreamTranslator(context: AnswerContext, ids: IdSource): StreamTranslator {
  return new AnswerTranslator(context, ids);
}

/** All events of an answer whose bytes are at hand. `dialect` is the upstream's. */
export function translateStream(
  bytes: Iterable<Uint8Array>,
  dialect: Dialect,
  context: AnswerContext,
  ids: IdSource,
): MessageEvent[] {
  const decode = decoder(dialect);
  const translator = createStreamTranslator(context, ids);
  const events: MessageEvent[] = [];
  for (const chunk of bytes) events.push(...translator.push(decode.push(chunk)));
  events.push(...translator.push(decode.end()), ...translator.end());
  return events;
}
