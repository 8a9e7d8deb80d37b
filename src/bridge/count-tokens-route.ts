import type { MessagesRequest } from "../messages/types.ts";
import { editContext } from "../translate/ask/context-edits.ts";
import { measurePrompt } from "../translate/estimate.ts";
import { sendJson } from "./answers.ts";
import type { Core, Exchange } from "./core.ts";
import { modelBehind, requireKnownModel } from "./models.ts";
import { readCountRequest } from "./request.ts";

/**
 * `POST /v1/messages/count_tokens`: an estimate, since the back sides count only what they run,
 * corrected by what they counted before.
 */
export async function answerCountTokens(core: Core, exchange: Exchange): Promise<void> {
  const read = await readCountRequest(core, exchange);
  const asked = { ...read, model: await modelBehind(core, exchange, read.model) };
  await requireKnownModel(core, exchange, asked.model);
  const request = await readable(core, exchange, asked);
  const tokensOf = (prompt: MessagesRequest): number =>
    core.tokens.estimate(request.model, measurePrompt(prompt));
  const { messages } = editContext(request, true);
  sendJson(exchange, 200, {
    input_tokens: tokensOf({ ...request, messages }),
    ...(request["context_management"] !== undefined && {
      context_management: { original_input_tokens: tokensOf(request) },
    }),
  });
}

/**
 * With the text of its PDFs, which is what the model will get. What cannot be read counts as it is, and
 * only its own message: a count never fails for it.
 */
async function readable(core: Core, exchange: Exchange, request: MessagesRequest): Promise<MessagesRequest> {
  if (!core.content.isNeeded(request, { webp: true })) return request;
  const { vision, webp } = await core.knowledge.flags(request.model, exchange.mark);
  const { signal } = exchange.request;
  const messages: MessagesRequest["messages"] = [];
  for (const message of request.messages) {
    const alone = { ...request, messages: [message] };
    const read = await core.content.resolve(alone, { vision, webp, signal }).catch(() => alone);
    messages.push(...read.messages);
  }
  return { ...request, messages };
}
