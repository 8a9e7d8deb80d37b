import { Redactor } from "../../cassette/redact.ts";
import type { TappedExchange } from "../../replay/tap.ts";
import type { Exchange } from "../exchange.ts";

/** One message of a failed run, or the list of them. */
export interface EvidenceFile {
  name: string;
  bytes: Uint8Array;
}

interface Message {
  name: string;
  /** Request line or status line; null: no answer came. */
  first: string | null;
  headers: readonly (readonly [name: string, value: string])[];
  body: Uint8Array;
  /** How it ended, when it is an answer. */
  end?: string;
}

/**
 * Both hops of a run as raw HTTP messages, a file each, and `index.txt` that lists them. Credentials are out: of
 * the headers only those stay that are known to hold none, and what is or looks like a secret in a body is another
 * text of the same length.
 * @param head lines on top of the list
 * @param secrets values that are secret whatever they look like
 */
export function hopFiles(
  exchanges: readonly Exchange[],
  head: readonly string[],
  secrets: readonly string[] = [],
): EvidenceFile[] {
  const messages = exchanges.flatMap((exchange, index) => messagesOf(exchange, numbered(index + 1)));
  const redactor = new Redactor({ profile: "secrets", secrets });
  for (const { body } of messages) redactor.learn(Buffer.from(body).toString());
  const list = [
    ...head.map((line) => redactor.line(line)),
    "",
    ...messages.map((message) => redactor.line(listed(message))),
  ];
  return [
    { name: "index.txt", bytes: Buffer.from(`${list.join("\n")}\n`) },
    ...messages.map((message) => ({ name: `${message.name}.http`, bytes: rawOf(message, redactor) })),
  ];
}

function messagesOf({ request, response, back }: Exchange, number: string): Message[] {
  const { method, path, headers, body } = request;
  return [
    { name: `${number}-front-request`, first: `${method} ${path}`, headers, body: Buffer.from(body) },
    {
      name: `${number}-front-answer`,
      first: response.status === 0 ? null : `HTTP/1.1 ${response.status}`,
      headers: response.headers,
      body: response.body,
      end: response.end === "complete" ? "complete" : response.end.error,
    },
    ...(back ?? []).flatMap((one, index) => backMessages(one, `${number}-back-${index + 1}`)),
  ];
}

function backMessages({ request, response }: TappedExchange, name: string): Message[] {
  return [
    {
      name: `${name}-request`,
      first: `${request.method} ${request.path}`,
      headers: request.headers,
      body: request.body,
    },
    {
      name: `${name}-answer`,
      first: response.status === null ? null : `HTTP/1.1 ${response.status}`,
      headers: response.headers,
      body: Buffer.concat(response.chunks.map(({ bytes }) => bytes)),
      end: response.endAt === null ? "still under way" : response.end,
    },
  ];
}

function rawOf({ first, headers, body }: Message, redactor: Redactor): Uint8Array {
  if (first === null) return new Uint8Array();
  const lines = redactor.headers(headers.map(([name, value]) => [name, value]));
  const head = [redactor.line(first), ...lines.map(([name, value]) => `${name}: ${value}`), "", ""].join(
    "\r\n",
  );
  return Buffer.concat([Buffer.from(head), redactor.body(body)]);
}

function listed({ name, first, body, end }: Message): string {
  const ended = end === undefined || end === "complete" ? "" : `, ended: ${end}`;
  return `${name}.http  ${first ?? "no answer"}, ${body.length} bytes${ended}`;
}

function numbered(number: number): string {
  return String(number).padStart(4, "0");
}
