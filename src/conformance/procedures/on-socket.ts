import type { Finding } from "../../strict/finding.ts";
import type { AnswerItem } from "../case.ts";
import { readExchange, type Exchange } from "../exchange.ts";
import { valueAt } from "../path.ts";
import { openRaw, type RawConnection } from "../raw-http.ts";
import type { Send } from "../send.ts";
import { chatRequests, queueAnswer, type World } from "../world.ts";
import type { ProcedureContext } from "./procedure.ts";

/** Longest wait for an answer on a connection of our own, ms. */
const PATIENCE_MS = 10_000;

/** The head of a send's request to the world's target. `more` are headers of the way in which its body is sent. */
export function headOf(
  send: Send,
  { url }: Pick<World, "url">,
  more: Record<string, string | number>,
  version = "1.1",
): string {
  const headers = [...send.headers, ...Object.entries(more)].map(([name, value]) => `${name}: ${value}`);
  return [
    `${send.method} ${send.path} HTTP/${version}`,
    `host: ${new URL(url).host}`,
    ...headers,
    "",
    "",
  ].join("\r\n");
}

/** The body of a send whose request is data; the model is the one the target was given. */
export function payloadOf({ request, body }: Send, { model }: Pick<World, "model">): Buffer {
  if (request === null) return Buffer.from(body ?? "");
  const named = model !== null && request["model"] === "scripted" ? { ...request, model } : request;
  return Buffer.from(JSON.stringify(named));
}

/** The whole of a plain request. */
export function plainRequest(send: Send, world: World, version?: string): Buffer {
  const payload = payloadOf(send, world);
  return Buffer.concat([
    Buffer.from(headOf(send, world, { "content-length": payload.length }, version)),
    payload,
  ]);
}

/** Queues what the model server answers to the sends, in order. */
export function queueFor(world: World, sends: readonly Send[]): void {
  world.scripted?.reset();
  for (const send of sends) for (const answer of send.answers) queueAnswer(world, answer, send.split);
}

/** The same where they may come in any order: the text of a send's request says which it is. */
export function queueByText(world: World, sends: readonly Send[]): void {
  world.scripted?.reset();
  const answering = sends.filter(({ answers }) => answers.length > 0);
  const meant = (body: string): readonly AnswerItem[] =>
    answering.find(({ request }) => body.includes(String(valueAt(request, "messages.0.content"))))
      ?.answers[0] ?? [];
  for (const _ of answering) queueAnswer(world, meant, "line");
}

/** Reads the next answer of the connection as the send's, and judges it. */
export async function readAndJudge(
  connection: RawConnection,
  send: Send,
  context: ProcedureContext,
): Promise<{ exchange: Exchange; findings: Finding[] }> {
  const { method, path, headers } = send;
  const request = { method, path, headers, body: payloadOf(send, context.world).toString() };
  const exchange = readExchange(send, request, await connection.read(), chatRequests(context.world));
  return { exchange, findings: await context.judge(exchange) };
}

/** A connection to the target, closed at the end whatever happens. */
export async function onSocket<T>(world: World, use: (connection: RawConnection) => Promise<T>): Promise<T> {
  const connection = await openRaw(world.url, PATIENCE_MS);
  try {
    return await use(connection);
  } finally {
    connection.socket.destroy();
  }
}
