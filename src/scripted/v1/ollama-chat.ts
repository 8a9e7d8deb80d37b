import { type AnswerEvent, startAnswer } from "../answer.ts";
import { goJson } from "../go-json.ts";
import type { Exchange, World } from "../http/context.ts";
import { RunnerFailure } from "../http/failure.ts";
import { nextToken, sendWhole, streamReply } from "../http/reply.ts";
import { contextOf, fullName } from "../models.ts";
import { collect } from "../ollama/chat.ts";
import { atModel, checkCapabilities, checkImages, findModel } from "../ollama/find-model.ts";
import { createNumbering, type NumberedCall } from "../ollama/lines.ts";
import { readV1Chat, type V1Chat } from "./request.ts";

/** `POST /v1/chat/completions` as Ollama answers it. Throws `HttpFailure` while nothing is sent. */
export async function ollamaV1Chat(received: Exchange): Promise<void> {
  const request = readV1Chat(received.body, "ollama");
  const model = findModel(request.model, received.world.models);
  const exchange = atModel(received, model);
  const { world, response } = exchange;
  checkCapabilities(request.model, model, request.chat);
  const numCtx = contextOf(model, undefined);
  world.loaded.load(fullName(model.name), numCtx, undefined, world.clock.now());
  checkImages(model, request.chat, world.ground.engine);
  const events = startAnswer(request.chat, model, world.ground);
  const shape = createShape(world, request.model);
  if (request.stream) return streamChunks(exchange, request, events, shape);
  const { line, last } = await collect(events, world, () => nextToken(response, world.delayMs));
  const calls = createNumbering(world.ground.engine, world.ids)(line);
  const message = { role: "assistant", ...delta(line.content, line.thinking, calls) };
  const choice = {
    index: 0,
    message,
    finish_reason: last === null ? null : finish(last.reason, calls.length > 0),
  };
  const object = { ...shape("chat.completion"), choices: [choice], usage: usage(last) };
  sendWhole(response, 200, "application/json", `${goJson(object)}\n`);
}

type Shape = (object: string) => Record<string, unknown>;

/** The head of every object of one answer: one id, one date. */
function createShape(world: World, model: string): Shape {
  const id = `chatcmpl-${world.ids.number(1000)}`;
  const created = Number(world.clock.now() / 1_000_000_000n);
  return (object) => ({ id, object, created, model, system_fingerprint: "fp_ollama" });
}

async function streamChunks(
  { response, world }: Exchange,
  request: V1Chat,
  events: Iterable<AnswerEvent>,
  shape: Shape,
): Promise<void> {
  const reply = streamReply(response, "text/event-stream");
  const number = createNumbering(world.ground.engine, world.ids);
  let called = false;
  const chunk = (choices: unknown[], more: Record<string, unknown> = {}): string =>
    `data: ${goJson({ ...shape("chat.completion.chunk"), choices, ...more })}\n\n`;
  const piece = (event: Extract<AnswerEvent, { type: "line" | "done" }>): string => {
    const calls = number(event.line);
    called ||= calls.length > 0;
    const role = reply.started ? {} : { role: "assistant" };
    const body = { ...role, ...delta(event.line.content, event.line.thinking, calls) };
    const empty = event.type === "done" && calls.length === 0 && event.line.content === "";
    if (empty && reply.started) return "";
    return chunk([{ index: 0, delta: body, finish_reason: null }]);
  };
  for (const event of events) {
    if (!(await nextToken(response, world.delayMs))) return;
    if (event.type === "error" && !reply.started) throw new RunnerFailure(500, event.message);
    // Ollama's middleware makes an empty chunk of an error line: no model, no text.
    if (event.type === "error") {
      await reply.write(chunk([{ index: 0, delta: { content: "" }, finish_reason: null }], { model: "" }));
    }
    if (event.type === "line") await reply.write(piece(event));
    if (event.type !== "done") continue;
    const last = piece(event);
    const end = chunk([{ index: 0, delta: {}, finish_reason: finish(event.reason, called) }]);
    const counted = request.includeUsage ? chunk([], { usage: usage(event) }) : "";
    await reply.write(`${last}${end}${counted}data: [DONE]\n\n`);
  }
  reply.end();
}

function delta(content: string, thinking: string, calls: readonly NumberedCall[]): Record<string, unknown> {
  return {
    content,
    reasoning: thinking === "" ? undefined : thinking,
    tool_calls: calls.length === 0 ? undefined : calls.map(callObject),
  };
}

function callObject({ id, index, name, arguments: args }: NumberedCall): unknown {
  return { id, index, type: "function", function: { name, arguments: goJson(args) } };
}

/** A length cut outweighs a call. */
function finish(reason: "stop" | "length", called: boolean): string {
  return reason === "stop" && called ? "tool_calls" : reason;
}

function usage(last: Extract<AnswerEvent, { type: "done" }> | null): Record<string, number> {
  const prompt = last?.promptTokens ?? 0;
  const completion = last?.outputTokens ?? 0;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
