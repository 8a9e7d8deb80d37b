import type { Finding } from "./finding.ts";
import { type Frame, readFrames } from "./frames.ts";

/** A JSON object of which nothing is known. */
export type Json = Readonly<Record<string, unknown>>;

/** A frame whose data is a JSON object. */
export interface StreamEvent {
  /** Its `data.type`; the frame's name when the data has none. */
  type: string;
  body: Json;
  frame: Frame;
  /** Position among the events. */
  at: number;
}

/** A content block as its events tell it. An index used again makes another block. */
export interface Block {
  index: unknown;
  start: StreamEvent;
  /** What `content_block_start` said it is. */
  content: Json;
  type: string;
  deltas: StreamEvent[];
  stops: StreamEvent[];
}

/** A stream taken apart once for all rules; rules never see bytes again. */
export interface Stream {
  frames: Frame[];
  events: StreamEvent[];
  blocks: Block[];
  /** Deltas and stops of an index that no block was started with. */
  orphans: StreamEvent[];
  start: StreamEvent | undefined;
  messageDeltas: StreamEvent[];
  errors: StreamEvent[];
  /** `stop_reason` of the last `message_delta`. */
  stopReason: unknown;
}

/** Reads as much of a stream as can be read, whatever its faults. */
export function readStream(bytes: Uint8Array): Stream {
  const frames = readFrames(bytes);
  const events = frames.flatMap(eventOf).map((event, at) => ({ ...event, at }));
  const ofType = (type: string): StreamEvent[] => events.filter((event) => event.type === type);
  const messageDeltas = ofType("message_delta");
  return {
    frames,
    events,
    ...readBlocks(events),
    start: ofType("message_start")[0],
    messageDeltas,
    errors: ofType("error"),
    stopReason: objectAt(messageDeltas.at(-1)?.body, "delta")["stop_reason"],
  };
}

function eventOf(frame: Frame): Omit<StreamEvent, "at">[] {
  const body = parseObject(frame.data.join("\n"));
  if (body === undefined) return [];
  const type = typeof body["type"] === "string" ? body["type"] : (frame.names[0] ?? "");
  return [{ type, body, frame }];
}

function readBlocks(events: StreamEvent[]): Pick<Stream, "blocks" | "orphans"> {
  const blocks: Block[] = [];
  const orphans: StreamEvent[] = [];
  for (const event of events) {
    const index = event.body["index"];
    if (event.type === "content_block_start") {
      const content = objectAt(event.body, "content_block");
      blocks.push({ index, start: event, content, type: String(content["type"]), deltas: [], stops: [] });
      continue;
    }
    if (event.type !== "content_block_delta" && event.type !== "content_block_stop") continue;
    const block = blocks.findLast((candidate) => candidate.index === index);
    if (block === undefined) orphans.push(event);
    else (event.type === "content_block_stop" ? block.stops : block.deltas).push(event);
  }
  return { blocks, orphans };
}

/** The object under a key, or an empty one. */
export function objectAt(body: Json | undefined, key: string): Json {
  const value = body?.[key];
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON object that a text is; undefined when it is none. */
export function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The strings under `key` in a block's deltas of one type, joined. */
export function joinDeltas(block: Block, type: string, key: string): string {
  return block.deltas
    .map((event) => objectAt(event.body, "delta"))
    .filter((delta) => delta["type"] === type)
    .map((delta) => (typeof delta[key] === "string" ? delta[key] : ""))
    .join("");
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** A finding about a frame, with the frame as its evidence. */
export function fault(rule: string, message: string, where: Frame | StreamEvent | undefined): Finding {
  const frame = where !== undefined && "frame" in where ? where.frame : where;
  const found = { rule, message, evidence: excerpt(frame?.text ?? ""), severity: "error" as const };
  return frame === undefined ? found : { ...found, offset: frame.offset };
}

/** At most 500 characters. */
export function excerpt(text: string): string {
  const MAX = 500;
  return text.length > MAX ? `${text.slice(0, MAX - 1)}…` : text;
}
