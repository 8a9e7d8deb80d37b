import { type AnswerEvent, startAnswer } from "../answer.ts";
import type { Line } from "../engine/engine.ts";
import { goJson } from "../go-json.ts";
import type { Exchange, World } from "../http/context.ts";
import { HttpFailure, RunnerFailure } from "../http/failure.ts";
import { nextToken, sendWhole, streamReply } from "../http/reply.ts";
import { contextOf, fullName } from "../models.ts";
import { JSON_TYPE } from "./common.ts";
import { atModel, checkCapabilities, checkImages, findModel } from "./find-model.ts";
import { chatObject, createNumbering, type End, type NumberedCall } from "./lines.ts";
import { checkOptions, type OllamaChat, readOllamaChat } from "./request.ts";
import { startTiming, type Timing } from "./timing.ts";

/** `POST /api/chat`. Throws `HttpFailure` while nothing is sent. */
export async function ollamaChat(received: Exchange): Promise<void> {
  const request = readOllamaChat(received.body);
  const model = findModel(request.model, received.world.models);
  const exchange = atModel(received, model);
  const { world, response, body } = exchange;
  checkCapabilities(request.model, model, request.chat);
  checkOptions(body);
  const name = fullName(model.name);
  const numCtx = contextOf(model, request.chat.numCtx);
  const fresh = world.loaded.load(name, numCtx, request.keepAlive, world.clock.now());
  if (request.chat.messages.length === 0) return sendLoad(exchange, request, name);
  if (request.renderOnly) return sendRendered(exchange, request);
  checkImages(model, request.chat, world.ground.engine);
  const timing = startTiming(world, fresh);
  const events = startAnswer(request.chat, model, world.ground);
  try {
    if (request.stream) await streamAnswer(exchange, request.model, events, timing);
    else sendWhole(response, 200, JSON_TYPE, await wholeAnswer(exchange, request.model, events, timing));
  } finally {
    if (request.keepAlive === 0) world.loaded.unload(name);
  }
}

function sendLoad({ response, world }: Exchange, request: OllamaChat, name: string): void {
  const unload = request.keepAlive === 0;
  if (unload) world.loaded.unload(name);
  const end: End = { reason: unload ? "unload" : "load", metrics: null };
  const body = chatObject(request.model, world.clock, { content: "", thinking: "" }, [], end);
  sendWhole(response, 200, JSON_TYPE, body);
}

function sendRendered({ response, world }: Exchange, request: OllamaChat): void {
  const model = findModel(request.model, world.models);
  const rendered = world.ground.engine.render(request.chat, model);
  const head = chatObject(request.model, world.clock, { content: "", thinking: "" }, [], null);
  const body = head
    .replace('"role":"assistant"', '"role":""')
    .replace(/\}$/u, `,"_debug_info":${goJson({ rendered_template: rendered })}}`);
  sendWhole(response, 200, JSON_TYPE, body);
}

async function streamAnswer(
  { response, world }: Exchange,
  model: string,
  events: Iterable<AnswerEvent>,
  timing: Timing,
): Promise<void> {
  const reply = streamReply(response, "application/x-ndjson");
  const number = createNumbering(world.ground.engine, world.ids);
  for (const event of events) {
    if (!(await nextToken(response, world.delayMs))) return;
    if (event.type === "error" && !reply.started) throw new RunnerFailure(500, event.message);
    if (event.type === "error") await reply.write(`${goJson({ error: event.message })}\n`);
    if (event.type !== "line" && event.type !== "done") continue;
    const object = chatObject(model, world.clock, event.line, number(event.line), endOf(event, timing));
    await reply.write(`${object}\n`);
  }
  reply.end();
}

function endOf(event: AnswerEvent, timing: Timing): End {
  if (event.type !== "done") return null;
  return { reason: event.reason, metrics: timing.metrics(event.promptTokens, event.outputTokens) };
}

async function wholeAnswer(
  { response, world }: Exchange,
  model: string,
  events: Iterable<AnswerEvent>,
  timing: Timing,
): Promise<string> {
  const number = createNumbering(world.ground.engine, world.ids);
  const answer = await collect(events, world, () => nextToken(response, world.delayMs));
  const calls: NumberedCall[] = number(answer.line);
  const end = answer.last === null ? null : endOf(answer.last, timing);
  return chatObject(model, world.clock, answer.line, calls, end);
}

/** A whole answer put together; `last` is null when it was cut. */
export interface Collected {
  line: Line;
  last: Extract<AnswerEvent, { type: "done" }> | null;
}

const TURN = 64;

/** Throws `RunnerFailure` when the engine gives up, however late. */
export async function collect(
  events: Iterable<AnswerEvent>,
  world: World,
  wait: () => Promise<boolean>,
): Promise<Collected> {
  const parts: Line[] = [];
  let last: Collected["last"] = null;
  let n = 0;
  for (const event of events) {
    n += 1;
    if ((world.delayMs > 0 || n % TURN === 0) && !(await wait())) throw new HttpFailure(499, "client gone");
    if (event.type === "error") throw new RunnerFailure(500, event.message);
    if (event.type === "done") last = event;
    if (event.type === "line" || event.type === "done") parts.push(event.line);
  }
  const join = (key: "content" | "thinking"): string => parts.map((part) => part[key]).join("");
  const calls = parts.flatMap((part) => part.calls);
  return { line: { content: join("content"), thinking: join("thinking"), calls }, last };
}
