import type { RecordedResponse } from "../cassette/types.ts";
import { frontViewOf } from "./front-view.ts";

/** Ids of one answer, as `createBridge({ ids })` takes them. */
export interface Ids {
  message(): string;
  toolUse(): string;
}

interface Named {
  type?: unknown;
  id?: unknown;
}

interface EventData {
  message?: Named;
  content_block?: Named;
  content?: unknown;
  id?: unknown;
}

/** The ids that the bridge minted when the answer was recorded, in order; then new ones. */
export function recordedIds(recorded: RecordedResponse): Ids {
  const data = frontViewOf(recorded).events.map((event) => event.data as EventData | null);
  const messages = data.map((item) => item?.message?.id ?? item?.id);
  const blocks = data.flatMap((item) => [
    item?.content_block,
    ...(Array.isArray(item?.content) ? (item.content as Named[]) : []),
  ]);
  const tools = blocks.filter((block) => block?.type === "tool_use").map((block) => block?.id);
  return { message: taking("msg_new", messages), toolUse: taking("toolu_new", tools) };
}

function taking(prefix: string, ids: unknown[]): () => string {
  const left = ids.filter((id) => typeof id === "string");
  let made = 0;
  return () => left.shift() ?? `${prefix}${++made}`;
}
