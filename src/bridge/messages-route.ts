import type { Core, Exchange } from "./core.ts";
import { readMessagesRequest } from "./request.ts";
import { modelBehind, requireModel } from "./models.ts";
import { streamAnswer } from "./stream-answer.ts";
import { wholeAnswer } from "./whole-answer.ts";

/** `POST /v1/messages`. Throws ApiError for what is refused before an answer has begun. */
export async function answerMessages(core: Core, exchange: Exchange): Promise<void> {
  const asked = await readMessagesRequest(core, exchange);
  const request = { ...asked, model: await modelBehind(core, exchange, asked.model) };
  await requireModel(core, exchange, request.model);
  core.log.debug({ request: exchange.id, model: request.model, stream: request.stream === true }, "request");
  if (request.stream === true) await streamAnswer(core, exchange, request);
  else await wholeAnswer(core, exchange, request);
}
