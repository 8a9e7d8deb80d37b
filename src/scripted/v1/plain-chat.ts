import { type Playback, startPlayback } from "../answer.ts";
import type { Exchange, World } from "../http/context.ts";
import { HttpFailure, PromptTooLong, RunnerFailure } from "../http/failure.ts";
import { nextToken, sendWhole, streamReply } from "../http/reply.ts";
import { ALL } from "../ids.ts";
import { contextOf } from "../models.ts";
import type { ScriptedModelInfo } from "../options.ts";
import { createFragmentReader, type Fragment, type FragmentReader } from "./fragments.ts";
import { unknownModel } from "./models.ts";
import { plainChunk, type PlainEnd, plainMessage, type PlainShape, usageOf } from "./plain-shapes.ts";
import { readV1Chat, type V1Chat } from "./request.ts";

/** `POST /v1/chat/completions` of a plain OpenAI-compatible server. */
export async function plainChat(exchange: Exchange): Promise<void> {
  const { world, response, body } = exchange;
  const request = readV1Chat(body, "openai");
  const model = world.models.find((candidate) => candidate.name === request.model);
  if (model === undefined) throw new HttpFailure(404, unknownModel(request.model));
  checkPlain(request, model);
  const playback = plainPlayback(request, model, world);
  const reader = createFragmentReader(
    request.chat.tools.length > 0 && request.toolChoice !== "none",
    model.capabilities.includes("thinking"),
  );
  const shape = createShape(world, request);
  if (request.stream) return streamChunks(exchange, playback, reader, shape);
  const fragments: Fragment[] = [];
  const end = await play(exchange, playback, reader, (fragment) => void fragments.push(fragment));
  if (end === null) return;
  sendWhole(response, 200, "application/json", JSON.stringify(plainMessage(shape, fragments, end)));
}

function checkPlain({ chat }: V1Chat, model: ScriptedModelInfo): void {
  if (chat.tools.length > 0 && !model.capabilities.includes("tools")) {
    throw new HttpFailure(400, `tools are not supported by the model ${model.name}`);
  }
  const images = chat.messages.some((message) => (message.images ?? 0) > 0);
  if (images && !model.capabilities.includes("vision")) {
    throw new HttpFailure(400, `image input is not supported by the model ${model.name}`);
  }
}

function plainPlayback(request: V1Chat, model: ScriptedModelInfo, world: World): Playback {
  const numPredict = request.maxCompletionTokens ?? request.chat.numPredict;
  try {
    return startPlayback({ ...request.chat, numPredict, truncate: false }, model, world.ground);
  } catch (error) {
    if (!(error instanceof PromptTooLong)) throw error;
    const limit = contextOf(model, undefined);
    throw new RunnerFailure(
      400,
      `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${error.tokens} tokens. Please reduce the length of the messages.`,
    );
  }
}

function createShape(world: World, request: V1Chat): PlainShape {
  return {
    id: `chatcmpl-${world.ids.text(24, ALL)}`,
    created: Number(world.clock.now() / 1_000_000_000n),
    model: request.model,
    callId: () => `call_${world.ids.text(24, ALL)}`,
    includeUsage: request.includeUsage,
    oneCall: !request.parallel,
  };
}

async function streamChunks(
  exchange: Exchange,
  playback: Playback,
  reader: FragmentReader,
  shape: PlainShape,
): Promise<void> {
  const reply = streamReply(exchange.response, "text/event-stream; charset=utf-8");
  const chunk = plainChunk(shape);
  const send = async (text: string): Promise<void> => {
    if (text === "") return;
    if (!reply.started) await reply.write(chunk.role());
    await reply.write(text);
  };
  const end = await play(exchange, playback, reader, (fragment) => send(chunk.fragment(fragment)));
  if (end === null) return;
  await send(chunk.finish(end.reason));
  if (shape.includeUsage) await send(chunk.usage(usageOf(end)));
  await send("data: [DONE]\n\n");
  reply.end();
}

/** Null when the peer left. Bytes that are no UTF-8 end the answer. */
async function play(
  { response, world }: Exchange,
  playback: Playback,
  reader: FragmentReader,
  take: (fragment: Fragment) => Promise<void> | void,
): Promise<PlainEnd | null> {
  const { promptTokens } = playback;
  let outputTokens = 0;
  for (const event of playback.events) {
    if (!(await nextToken(response, world.delayMs))) return null;
    outputTokens += 1;
    if (event.type === "text") for (const fragment of reader.push(event.text)) await take(fragment);
    if (event.type !== "end") continue;
    if (event.reason === "stop") for (const fragment of reader.end()) await take(fragment);
    return { reason: event.reason, promptTokens, outputTokens: event.tokens };
  }
  return { reason: "stop", promptTokens, outputTokens };
}
