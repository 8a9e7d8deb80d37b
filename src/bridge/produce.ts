import type { MessagesRequest } from "../messages/types.ts";
import { serverToolsOf } from "../translate/server-tools/server-tool.ts";
import { unavailableAnswer } from "../translate/server-tools/unavailable.ts";
import type { Core, Exchange } from "./core.ts";
import { openAnswer } from "./open-answer.ts";
import { pump, ToolChoiceIgnored, type Deliver } from "./pump.ts";
import { answerInSteps } from "./web/answer-in-steps.ts";

/**
 * Produces the events of one answer: one upstream answer, or with web tools as many as it takes.
 * Throws ApiError for what is refused before the answer has begun.
 */
export async function produce(
  core: Core,
  exchange: Exchange,
  request: MessagesRequest,
  deliver: Deliver,
): Promise<void> {
  const tools = serverToolsOf(request);
  const [first] = tools;
  if (first === undefined) return produceOnce(core, exchange, request, deliver);
  const onlyWeb = tools.length === request.tools?.length;
  const missing = core.web.missing[first.name];
  if (onlyWeb && missing !== null && tools.every(({ name }) => core.web.missing[name] !== null)) {
    exchange.notes.push("web-unavailable");
    await deliver(unavailableAnswer(request, first, missing, core.newIds()), null);
    return;
  }
  return answerInSteps(core, exchange, request, tools, deliver);
}

/** One upstream answer. A server that ignores `tool_choice` is asked anew for the JSON of a call, and from then on. */
async function produceOnce(
  core: Core,
  exchange: Exchange,
  request: MessagesRequest,
  deliver: Deliver,
): Promise<void> {
  try {
    await pump(core, exchange, await openAnswer(core, exchange, request), deliver);
  } catch (error) {
    if (!(error instanceof ToolChoiceIgnored) || exchange.request.signal.aborted) throw error;
    if (!core.knowledge.note(request.model, { toolChoice: false })) throw error;
    core.openMetrics.downgrade("tool_choice");
    await pump(core, exchange, await openAnswer(core, exchange, request), deliver);
  }
}
