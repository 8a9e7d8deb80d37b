import { encodeComment } from "../wire/sse.ts";

/** Notes that something of an answer did not reach the client, each in words for who reads the stream. */
const LOSSES: ReadonlyMap<string, string> = new Map([
  [
    "answer-partly-lost",
    "the model server counted more tokens than it delivered, as when it cannot read a tool call",
  ],
  ["call-dropped", "the model called a tool although the request forbids it"],
  ["parallel-call-dropped", "the model made more than one call although the request allows only one"],
  ["finish-without-call", "the model server said that the answer ended in a tool call and sent none"],
]);

/** What a note does not mean where another one explains it: a dropped call had been sent. */
const EXPLAINED: ReadonlyMap<string, string> = new Map([["finish-without-call", "call-dropped"]]);

/** Adds an answer's losses to its exchange's notes, which are logged and counted with it; each once. */
export function noteLosses(exchangeNotes: string[], answerNotes: readonly string[]): void {
  for (const note of answerNotes) {
    if (!LOSSES.has(note) || exchangeNotes.includes(note)) continue;
    if (!answerNotes.includes(EXPLAINED.get(note) ?? "")) exchangeNotes.push(note);
  }
}

/** A comment of the event stream for each loss: a client skips it, who looks for what is missing finds it. */
export function lossComments(exchangeNotes: readonly string[]): string {
  let comments = "";
  for (const [code, words] of LOSSES) {
    if (exchangeNotes.includes(code)) comments += encodeComment(`${code}: ${words}`);
  }
  return comments;
}
