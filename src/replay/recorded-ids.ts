import type { Exchange, RecordedResponse } from "../cassette/types.ts";
import { frontViewOf } from "./front-view.ts";

/** Ids of one answer, as `createBridge({ ids })` takes them. */
export interface Ids {
  message(): string;
  toolUse(): string;
}

interface Block {
  type?: unknown;
  id?: unknown;
  content?: unknown;
}

interface EventData {
  message?: { id?: unknown };
  content_block?: Block;
  content?: unknown;
  id?: unknown;
}

/**
 * The ids that the bridge minted when the answer was recorded, in order; then new ones. `server`: of the calls
 * that the bridge ran itself, whose ids are `srv` and one of these.
 */
function recordedIds(recorded: RecordedResponse, calls: "client" | "server" = "client"): Ids {
  const data = eventsOf(recorded);
  const messages = data.map((item) => item?.message?.id ?? item?.id);
  const type = calls === "client" ? "tool_use" : "server_tool_use";
  const tools = blocksOf(data).filter((block) => block?.type === type);
  const ids = tools.map(({ id }) => (calls === "client" ? id : String(id).replace(/^srv/, "")));
  return { message: taking("msg_new", messages), toolUse: taking("toolu_new", ids) };
}

/**
 * Makes the ids of whatever exchange is driven. An answer in steps takes the ids of its server calls first, then
 * some for the answer of each step.
 */
export function idsOfCurrent(current: () => Exchange | undefined): () => Ids {
  let last: Exchange | undefined;
  return () => {
    const exchange = current();
    if (exchange === undefined) return recordedIds(NOTHING);
    const first = exchange !== last;
    last = exchange;
    const inSteps = blocksOf(eventsOf(exchange.bridgeResponse)).some(
      ({ type }) => type === "server_tool_use",
    );
    return recordedIds(exchange.bridgeResponse, first && inSteps ? "server" : "client");
  };
}

/** When the pages of an answer were read, in order; then the beginning of all time. */
export function timesOfCurrent(current: () => Exchange | undefined): () => Date {
  const left = new Map<Exchange, string[]>();
  return () => {
    const exchange = current();
    if (exchange === undefined) return new Date(0);
    const times = left.get(exchange) ?? pageTimes(exchange.bridgeResponse);
    left.set(exchange, times);
    return new Date(times.shift() ?? 0);
  };
}

function pageTimes(recorded: RecordedResponse): string[] {
  return blocksOf(eventsOf(recorded)).flatMap(({ type, content }) => {
    const time = type === "web_fetch_tool_result" ? (content as { retrieved_at?: unknown } | null) : null;
    return typeof time?.retrieved_at === "string" ? [time.retrieved_at] : [];
  });
}

const NOTHING: RecordedResponse = {
  status: null,
  headers: [],
  body: new Uint8Array(),
  cuts: [],
  end: "complete",
};

function eventsOf(recorded: RecordedResponse): (EventData | null)[] {
  return frontViewOf(recorded).events.map(({ data }) => data as EventData | null);
}

function blocksOf(data: readonly (EventData | null)[]): Block[] {
  return data.flatMap((item) => [
    ...(item?.content_block === undefined ? [] : [item.content_block]),
    ...(Array.isArray(item?.content) ? (item.content as Block[]) : []),
  ]);
}

function taking(prefix: string, ids: unknown[]): () => string {
  const left = ids.filter((id) => typeof id === "string");
  let made = 0;
  return () => left.shift() ?? `${prefix}${++made}`;
}
