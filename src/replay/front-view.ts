import { Aliases } from "../cassette/normalise-text.ts";
import { headerOf, type RecordedResponse } from "../cassette/types.ts";
import { SseDecoder } from "../wire/sse.ts";

/** One event of an answer, or its whole body when it is no stream. */
export interface FrontEvent {
  event: string | null;
  data: unknown;
  /** The text that `data` was read from, ids numbered by first appearance. */
  text: string;
}

/** An answer of the bridge as it is compared: without pings, which depend on time, and with its ids numbered. */
export interface FrontView {
  status: number | null;
  headers: Record<string, string>;
  events: FrontEvent[];
}

const COMPARED_HEADERS = /^(content-type|retry-after|x-should-retry|x-bridge-(?!exchange)[a-z-]+)$/i;
const MINTED = /\b(msg|toolu|srvtoolu|req)_[A-Za-z0-9_-]+/g;

/** @param estimates false blanks the estimated prompt size, of `message_start` and of `count_tokens` */
export function frontViewOf(recorded: RecordedResponse, estimates = true): FrontView {
  const aliases = new Aliases();
  const numbered = (text: string): string =>
    text.replaceAll(MINTED, (id, kind: string) => aliases.name(kind, id));
  const frames = framesOf(recorded).filter(({ event }) => event !== "ping");
  return {
    status: recorded.status,
    headers: Object.fromEntries(
      recorded.headers
        .filter(([name]) => COMPARED_HEADERS.test(name))
        .map(([name, value]) => [name.toLowerCase(), value]),
    ),
    events: frames.map(({ event, data }) => ({
      event,
      data: parsed(data),
      text: numbered(estimates ? data : unestimated(event, data)),
    })),
  };
}

const COUNT_ONLY = /^\{"input_tokens":\d+\}$/;

function unestimated(event: string | null, data: string): string {
  if (event !== "message_start" && !COUNT_ONLY.test(data)) return data;
  return data.replace(/"input_tokens":\d+/, '"input_tokens":"estimated"');
}

/** The same with numbered ids in the data too. */
export function comparable(view: FrontView): unknown {
  return { ...view, events: view.events.map(({ event, text }) => ({ event, data: parsed(text) })) };
}

function framesOf(recorded: RecordedResponse): { event: string | null; data: string }[] {
  if (!isStream(recorded)) {
    const text = Buffer.from(recorded.body).toString("utf8");
    return text === "" ? [] : [{ event: null, data: text }];
  }
  const decoder = new SseDecoder();
  const frames = decoder.push(recorded.body);
  // Of an answer that its receiver left, the last event is only a part.
  return wasLeft(recorded) ? frames : [...frames, ...decoder.end()];
}

function isStream({ headers }: RecordedResponse): boolean {
  return headerOf(headers, "content-type")?.startsWith("text/event-stream") === true;
}

/** The receiver, or the recorder, went before the answer was over. */
export function wasLeft({ end }: RecordedResponse): boolean {
  return end.startsWith("client-abort@") || end === "harness-cut";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
