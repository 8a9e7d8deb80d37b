import { measurePrompt } from "../translate/estimate.ts";
import { sendJson } from "./answers.ts";
import type { Core, Exchange } from "./core.ts";
import { requireKnownModel } from "./models.ts";
import { readCountRequest } from "./request.ts";

/**
 * `POST /v1/messages/count_tokens`: an estimate, since the back sides count only what they run,
 * corrected by what they counted before.
 */
export async function answerCountTokens(core: Core, exchange: Exchange): Promise<void> {
  const request = await readCountRequest(exchange);
  await requireKnownModel(core, exchange, request.model);
  sendJson(exchange, 200, {
    input_tokens: core.tokens.estimate(request.model, measurePrompt(request)),
  });
}
