import { exactJsonOf } from "../json.ts";
import type { TappedExchange } from "../../replay/tap.ts";
import { isChat } from "../back-hop.ts";
import { excerpt, recordOf } from "../path.ts";
import { readOllama, textOf, type Reading } from "./read-ollama.ts";
import { readOpenAi } from "./read-openai.ts";
import type { Said } from "./said.ts";

/** What became of one request to the model server. */
export type BackOutcome =
  | { kind: "whole"; said: Said }
  /** An error, as a status or in the middle of an answer. `status` 200: in the middle. */
  | { kind: "failed"; status: number; message: string }
  /** The answer ended before it was finished, or is no answer at all. */
  | { kind: "broken"; how: string }
  /** Not even a status came. */
  | { kind: "unreached"; how: string }
  /** It was still under way when somebody on our side left; `said`: what had come by then. */
  | { kind: "left"; said: Said | null };

/** The chat request whose answer counts: a bridge asks again after what it can learn from. */
export function lastChat(back: readonly TappedExchange[]): TappedExchange | undefined {
  return back.findLast(isChat);
}

/** Reads an answer from its bytes alone. */
export function readBack({ path, response }: TappedExchange): BackOutcome {
  const { status, end, endAt } = response;
  const bytes = Buffer.concat(response.chunks.map((chunk) => chunk.bytes));
  const left = endAt === null || end === "harness-cut" || end.startsWith("client-abort");
  if (status === null) {
    return left ? { kind: "left", said: null } : { kind: "unreached", how: `the connection ended (${end})` };
  }
  if (status >= 400) return { kind: "failed", status, message: messageOf(bytes.toString()) };
  const reading = path.includes("/api/chat") ? readOllama(bytes) : readOpenAi(bytes);
  return outcomeOf(reading, { status, end, left, length: bytes.length });
}

interface Ending {
  status: number;
  end: string;
  left: boolean;
  length: number;
}

function outcomeOf(reading: Reading, { status, end, left, length }: Ending): BackOutcome {
  const { said, finished, error, garbage, tail } = reading;
  if (error !== null) return { kind: "failed", status, message: excerpt(error, 300) };
  if (garbage !== null) return { kind: "broken", how: `no answer: ${excerpt(garbage, 120)}` };
  // A server may hold a finished stream open until it is left.
  if (finished) return { kind: "whole", said };
  if (left) return { kind: "left", said: length === 0 ? null : said };
  if (end !== "complete") return { kind: "broken", how: `cut (${end}) after ${length} bytes` };
  if (tail !== null) return { kind: "broken", how: `no answer: ${excerpt(tail, 120)}` };
  return { kind: "broken", how: `ended after ${length} bytes without being finished` };
}

function messageOf(body: string): string {
  const { error, message } = recordOf(exactJsonOf(body));
  return excerpt(textOf(recordOf(error)["message"] ?? error ?? message) ?? body, 300);
}
