import { exactJsonOf } from "../json.ts";
import type { TappedExchange } from "../../replay/tap.ts";
import { isChat } from "../back-hop.ts";
import { shapeFindings } from "../automatic.ts";
import type { Exchange } from "../exchange.ts";
import { isRecord, listOf, recordOf } from "../path.ts";
import { lastChat, readBack, type BackOutcome } from "./read-back.ts";
import { readFront, type FrontOutcome } from "./read-front.ts";
import type { Said } from "./said.ts";

/** One exchange as its bytes tell it. */
export interface Examined {
  exchange: Exchange;
  front: FrontOutcome;
  /** Null: the model server was not asked for an answer, or nobody saw it. */
  back: BackOutcome | null;
  /** Whether somebody saw. */
  seen: boolean;
  /** What breaks the rules of a Messages endpoint; null: it is a legal answer. */
  illegal: string | null;
  /** Somebody on the client's side left before the answer had ended. */
  left: boolean;
  /** The front request's body. */
  request: Record<string, unknown>;
}

export async function examine(exchange: Exchange, foreign: boolean): Promise<Examined> {
  const request = recordOf(exactJsonOf(exchange.request.body));
  const front = readFront(exchange);
  const left = hasLeft(exchange);
  return {
    exchange,
    front,
    back: exchange.back === null ? null : readAll(exchange.back, request),
    seen: exchange.back !== null,
    illegal: left || front.kind === "none" ? null : await illegalIn(exchange, foreign),
    left,
    request,
  };
}

async function illegalIn(exchange: Exchange, foreign: boolean): Promise<string | null> {
  const { end } = exchange.response;
  if (end !== "complete") return `the answer breaks off (${end.error})`;
  const found = await shapeFindings(exchange, { scripted: false, foreign });
  const first = found.find(({ severity }) => severity === "error");
  return first === undefined ? null : `${first.rule}: ${first.message}`;
}

function hasLeft({ response: { end } }: Exchange): boolean {
  return end !== "complete" && /^client-abort|aborted|\btimeout\b/i.test(end.error);
}

/** Where the bridge ran tools of its own between several whole answers, they are one to the client. */
function readAll(back: readonly TappedExchange[], request: Record<string, unknown>): BackOutcome | null {
  const last = lastChat(back);
  if (last === undefined) return null;
  const outcome = readBack(last);
  if (outcome.kind !== "whole") return outcome;
  const whole = back.filter(isChat).map(readBack);
  const saids = whole.flatMap((one) => (one.kind === "whole" ? [one.said] : []));
  return { kind: "whole", said: together(saids, outcome.said, serverTools(request)) };
}

function together(saids: readonly Said[], last: Said, own: ReadonlySet<string>): Said {
  const joined = own.size === 0 ? [last] : saids;
  return {
    text: joined.map(({ text }) => text).join(""),
    thinking: joined.map(({ thinking }) => thinking).join(""),
    calls: joined.flatMap(({ calls }) => calls).filter(({ name }) => !own.has(name)),
    finish: last.finish,
  };
}

function serverTools({ tools }: Record<string, unknown>): Set<string> {
  const own = listOf(tools)
    .filter(isRecord)
    .filter(({ type }) => String(type).startsWith("web_"));
  return new Set(own.map(({ name }) => String(name)));
}
