import { accumulate } from "../messages/accumulate.ts";
import type { MessageEvent, MessagesRequest } from "../messages/types.ts";
import { sendJson } from "./answers.ts";
import type { Core, Exchange } from "./core.ts";
import { produce } from "./produce.ts";

/**
 * Answers with one JSON object, built from the very events a streaming client would get. The
 * upstream is streamed in this case too. Throws ApiError.
 */
export async function wholeAnswer(core: Core, exchange: Exchange, request: MessagesRequest): Promise<void> {
  const events: MessageEvent[] = [];
  await produce(core, exchange, request, (batch, failure) => {
    if (failure !== null) throw failure;
    for (const event of batch) events.push(event);
    return undefined;
  });
  sendJson(exchange, 200, accumulate(events));
}
