import type { CaseResult } from "../types.ts";
import { recordOf } from "../path.ts";
import { clientFault, type ClientFacts } from "./client.ts";
import type { Examined } from "./examine.ts";
import { unfaithful } from "./faithful.ts";
import type { BackOutcome } from "./read-back.ts";
import type { Said } from "./said.ts";
import { ofTheModel } from "./words.ts";

export type Blamed = NonNullable<CaseResult["blame"]>;

export interface Blame {
  /** Null: the bytes do not tell. */
  who: Blamed | null;
  /** One sentence. */
  why: string;
  /** The exchange that decided; null: all of them together. */
  exchange: number | null;
}

export interface Circumstances {
  /** The real client made the requests; null: the suite did. */
  client: ClientFacts | null;
  /** Our own tap still takes connections. */
  tapIsUp: boolean;
  /** The attempt was ended by its time limit. */
  timedOut: boolean;
  /** Names of the rules that were broken. */
  rules: readonly string[];
}

/** Rules of what the model has no part in: counts made before it was asked, frames, headers, what it was asked. */
const OF_THE_TARGET = /^(?:body|distinct|event|header|usage\.(?:near|start-near)|upstream\..*)$/;

type Verdict = Omit<Blame, "exchange"> | null;

/**
 * Whose fault a failed attempt is, from the bytes of both hops. The first exchange that went wrong decides:
 * what came after it may be its consequence. Where all went right, it is the client's or the model's.
 */
export function decide(examined: readonly Examined[], circumstances: Circumstances): Blame {
  for (const [at, one] of examined.entries()) {
    const verdict = exchangeFault(one, circumstances);
    if (verdict !== null) return { ...verdict, exchange: at };
  }
  const { client } = circumstances;
  const fault = client === null ? null : clientFault(client, examined);
  if (fault !== null) return { ...fault, exchange: null };
  if (examined.length === 0) return { who: null, why: "nothing was sent", exchange: null };
  if (examined.every(({ seen }) => !seen))
    return { who: null, why: "nobody saw what the target's model server said", exchange: null };
  const { rules } = circumstances;
  if (rules.length > 0 && rules.every((rule) => OF_THE_TARGET.test(rule)))
    return {
      who: "bridge",
      why: `the model has no part in ${[...new Set(rules)].join(", ")}`,
      exchange: null,
    };
  return {
    who: "model",
    why: `the front says what the model said, and that is ${lastWords(examined)}`,
    exchange: null,
  };
}

/** Null: a legal answer that says what the model said. */
function exchangeFault(one: Examined, circumstances: Circumstances): Verdict {
  const { illegal, back, seen } = one;
  if (illegal !== null)
    return blame("bridge", `${illegal}, ${seen ? behind(back) : "and that is for the target to avoid"}`);
  if (back === null) return seen ? unasked(one, circumstances) : null;
  if (back.kind === "left") return abandoned(one, back.said, circumstances);
  if (back.kind === "whole") return answered(one, back.said);
  if (one.front.kind === "answer")
    return blame("bridge", `an answer was told as a whole one, ${behind(back)}`);
  if (one.front.kind === "none")
    return blame("bridge", `no error was told (${one.front.how}), ${behind(back)}`);
  if (back.kind === "failed") return failed(back);
  return blame("environment", `${behind(back)}, which the front told as an error`);
}

function blame(who: Blamed, why: string): Verdict {
  return { who, why };
}

function behind(back: BackOutcome | null): string {
  if (back === null) return "and the model server was never asked";
  if (back.kind === "whole") return "although the model server's answer was whole";
  if (back.kind === "failed") return `while the model server said ${back.status}: ${back.message}`;
  if (back.kind === "broken") return `the model server's answer was broken: ${back.how}`;
  return back.kind === "unreached"
    ? `the model server gave no answer: ${back.how}`
    : "while the model was still speaking";
}

/** The target told something without asking its model server. */
function unasked({ front, exchange, left }: Examined, { client, tapIsUp }: Circumstances): Verdict {
  if (!/\/v1\/messages(\?|$)/.test(exchange.request.path)) return null;
  if (front.kind === "answer") return null;
  if (!tapIsUp) return blame("harness", "the tap before the model server had broken down");
  if (left && client !== null && !client.timedOut)
    return blame("client", "the client left before the model was asked");
  if (front.kind === "none")
    return blame("bridge", `no answer (${front.how}), and the model server was never asked`);
  const own = ofTheModel(front.message);
  if (own !== null) return blame("model", `${own}: ${front.message}`);
  if (front.status >= 400 && front.status < 500 && client === null)
    return blame("harness", `the suite's own request was refused: ${front.message}`);
  return blame("bridge", `${front.status} without the model server having been asked: ${front.message}`);
}

function abandoned(one: Examined, said: Said | null, { client, timedOut }: Circumstances): Verdict {
  if (one.exchange.back?.some(({ response }) => response.end === "harness-cut") === true)
    return blame("harness", "the tap before the model server was closed in the middle of an answer");
  const late = timedOut || client?.timedOut === true || one.front.kind === "none";
  if (one.left && !late) return blame("client", "the client left in the middle of an answer");
  if (said === null) return blame("environment", "the model server had said nothing when the time was over");
  if (one.front.kind === "answer" && endsEarly(one.front.said)) return answered(one, said);
  if (late) return blame("model", "the model was still speaking when the time was over");
  return one.front.kind === "error"
    ? blame("environment", `the model server fell silent in the middle of an answer: ${one.front.message}`)
    : blame("bridge", "the bridge left in the middle of an answer and told it as a whole one");
}

/** Only the bridge sees a stop sequence: it has no use for what the model says after it. */
function endsEarly({ finish }: Said): boolean {
  return finish === "stop_sequence";
}

function answered({ front, request, left }: Examined, said: Said): Verdict {
  if (front.kind === "answer") {
    const difference = left ? null : unfaithful(front.said, said, request);
    return difference === null
      ? null
      : blame("bridge", `the front does not say what the model server said: ${difference}`);
  }
  if (front.kind === "none")
    return blame("bridge", `no answer (${front.how}), although the model server's was whole`);
  const unusable = unusableIn(said, request);
  return unusable === null
    ? blame("bridge", `an error (${front.message}), although the model server's answer was whole`)
    : blame("model", `${unusable}, which the front told as an error`);
}

/** Why no Messages endpoint could make an answer of it. */
function unusableIn(said: Said, request: Record<string, unknown>): string | null {
  const { type } = recordOf(request["tool_choice"]);
  if (said.calls.some(({ input }) => input === undefined))
    return "the model wrote a call whose arguments are no JSON object";
  if (said.calls.length > 0) return null;
  if ((type === "any" || type === "tool") && said.calls.length === 0)
    return "the model made no call where it had to";
  return said.text.trim() === "" ? "the model said nothing" : null;
}

function failed({ status, message }: Extract<BackOutcome, { kind: "failed" }>): Verdict {
  const own = ofTheModel(message);
  if (own !== null) return blame("model", `${own}: ${message}`);
  if (status === 400 || status === 422)
    return blame("bridge", `the model server refused what the bridge asked: ${message}`);
  return blame("environment", `the model server failed with ${status}: ${message}`);
}

function lastWords(examined: readonly Examined[]): string {
  const front = examined.findLast(({ front: { kind } }) => kind === "answer")?.front;
  if (front?.kind !== "answer") return "nothing";
  const calls = front.said.calls.map(({ name, raw }) => `${name} ${raw}`);
  const words = [front.said.text.trim(), ...calls].filter((part) => part !== "").join(" ");
  return words === "" ? "no word" : `“${words.length > 160 ? `${words.slice(0, 159)}…` : words}”`;
}
