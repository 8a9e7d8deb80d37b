import type { MessagesRequest } from "../messages/types.ts";
import { translateFailure } from "../translate/failure.ts";
import type { AnswerContext } from "../translate/context.ts";
import { translateRequest, type Translation } from "../translate/request.ts";
import { parseUpstreamError, type UpstreamFailure } from "../upstream/errors.ts";
import type { ModelFlags } from "../upstream/flags.ts";
import type { Core, Exchange } from "./core.ts";
import { readText } from "./fetch-json.ts";
import { refuseWhatWouldBeCut } from "./prompt-limit.ts";
import { sendWithRetries } from "./retry.ts";
import { SchemaTrials } from "./schema-trials.ts";
import { UpstreamBroken } from "./upstream-body.ts";
import type { OutgoingRequest, UpstreamAnswer } from "./upstream-client.ts";
import { isTransportFault, transportError } from "./upstream-failure.ts";

/** An upstream answer of status 200 whose body has not been read. */
export interface OpenAnswer {
  answer: UpstreamAnswer;
  context: AnswerContext;
}

/** More lessons than this from one request are a loop. */
const MAX_LESSONS = 4;
const MAX_ERROR_BODY = 64 * 1024;

/** Translates and sends a request until the upstream accepts it or refuses for good. Throws ApiError. */
export async function openAnswer(
  core: Core,
  exchange: Exchange,
  request: MessagesRequest,
): Promise<OpenAnswer> {
  let promptTokens: number | undefined;
  const schemas = new SchemaTrials();
  for (let lessons = 0; ;) {
    const flags = { ...(await core.knowledge.flags(request.model, exchange.mark)), ...schemas.lowered };
    const { vision, webp } = flags;
    const readable = await core.content.resolve(request, { vision, webp, signal: exchange.request.signal });
    const translation = translate(core, exchange, readable, { flags, promptTokens });
    const context = calibrated(core, translation.context);
    refuseWhatWouldBeCut(flags, context.inputTokens);
    const answer = schemas.known(translation) ?? (await send(core, exchange, request.model, translation));
    if (isOpen(answer)) {
      if (schemas.lowered !== undefined) {
        core.knowledge.keep(request.model, schemas.lowered);
        core.openMetrics.downgrade("schema");
      }
      return { answer, context };
    }
    if (schemas.next(answer, translation, flags)) continue;
    const learned = core.knowledge.learn(request.model, answer, flags);
    const counted = answer.lengths?.prompt;
    if (lessons++ >= MAX_LESSONS || !(learned || (counted ?? promptTokens) !== promptTokens)) {
      throw translateFailure(answer, context);
    }
    promptTokens = counted ?? promptTokens;
    core.openMetrics.downgrade(answer.feature ?? answer.kind);
  }
}

function isOpen(answer: UpstreamAnswer | UpstreamFailure): answer is UpstreamAnswer {
  return "body" in answer;
}

/** An answer of status 200, or why there is none. Throws ApiError when no answer came. */
async function send(
  core: Core,
  exchange: Exchange,
  model: string,
  translation: Translation,
): Promise<UpstreamAnswer | UpstreamFailure> {
  const sending = sendInTime(core, exchange, translation.upstream);
  watchPrefix(core, exchange, model, translation);
  const answer = await sending;
  if (answer.status === 200) return answer;
  const failure = parseUpstreamError(answer.status, answer.headers, await readErrorBody(answer));
  core.log.debug({ request: exchange.id, status: failure.status, kind: failure.kind }, "upstream refused");
  return failure;
}

function translate(
  core: Core,
  exchange: Exchange,
  request: MessagesRequest,
  { flags, promptTokens }: { flags: ModelFlags; promptTokens: number | undefined },
): Translation {
  const { repair, strict } = core.settings;
  const translation = translateRequest(request, {
    model: request.model,
    flags,
    repair,
    strict,
    ...(promptTokens === undefined ? {} : { promptTokens }),
  });
  exchange.notes.push(...translation.notes);
  return translation;
}

/** Looked at while the upstream works: the request leaves in this turn of the event loop, before an immediate of it. */
function watchPrefix(core: Core, exchange: Exchange, model: string, { upstream }: Translation): void {
  setImmediate(() => {
    try {
      const broken = core.prefixes.observe(exchange.request.headers, model, upstream.body ?? "");
      if (broken !== null) core.log.debug({ request: exchange.id, ...broken }, "the prompt's prefix broke");
    } catch (error) {
      core.log.error({ request: exchange.id, problem: String(error) }, "the prompt's prefix was not watched");
    }
  });
}

/** The estimate that clients see is the corrected one; what is sent upstream depends on the request alone. */
function calibrated(core: Core, context: AnswerContext): AnswerContext {
  return { ...context, inputTokens: core.tokens.estimate(context.model, context.promptSize) };
}

/** Sends within the limit on the wait for an answer, while the client is there. Throws ApiError. */
export async function sendInTime(
  core: Core,
  exchange: Exchange,
  request: OutgoingRequest,
): Promise<UpstreamAnswer> {
  const { signal } = exchange.request;
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new UpstreamBroken("HEADERS", { timedOut: true })),
    core.settings.headersTimeoutMs,
  );
  const leave = (): void => late.abort(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await sendWithRetries(core, request, { signal: late.signal, exchange: exchange.mark });
  } catch (error) {
    throw isTransportFault(error) ? transportError(error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** The first part of an error body; one that breaks off says nothing. */
export async function readErrorBody(answer: UpstreamAnswer): Promise<string> {
  try {
    return await readText(answer.body, MAX_ERROR_BODY);
  } catch (error) {
    if (error instanceof UpstreamBroken) return "";
    throw error;
  }
}
