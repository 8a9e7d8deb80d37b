import type { TappedExchange } from "../../replay/tap.ts";
import type { Exchange } from "../exchange.ts";
import { excerpt } from "../path.ts";
import type { CaseResult } from "../types.ts";
import { lastChat } from "./read-back.ts";

/** What is kept of a failed attempt at a live row. */
export interface Evidence {
  result: CaseResult;
  /** All requests of one hop with their answers, as bytes. */
  front: Uint8Array;
  back: Uint8Array;
}

const SECRET = new Set(["authorization", "x-api-key", "cookie", "set-cookie"]);

export function rawFront(exchanges: readonly Exchange[]): Uint8Array {
  return Buffer.concat(
    exchanges.flatMap(({ request, response }) => [
      head(`${request.method} ${request.path} HTTP/1.1`, request.headers),
      Buffer.from(request.body),
      head(statusLine(response.status === 0 ? null : response.status), response.headers),
      response.body,
      ending(response.end === "complete" ? "complete" : response.end.error),
    ]),
  );
}

export function rawBack(exchanges: readonly Exchange[]): Uint8Array {
  return Buffer.concat(exchanges.flatMap(({ back }) => back ?? []).flatMap(rawTapped));
}

function rawTapped({ request, response }: TappedExchange): Uint8Array[] {
  return [
    head(`${request.method} ${request.path} HTTP/1.1`, request.headers),
    request.body,
    head(statusLine(response.status), response.headers),
    ...response.chunks.map(({ bytes }) => bytes),
    ending(response.endAt === null ? "still under way" : response.end),
  ];
}

function statusLine(status: number | null): string {
  return `\n\n${status === null ? "no answer" : `HTTP/1.1 ${status}`}`;
}

function head(first: string, headers: readonly (readonly [string, string])[]): Uint8Array {
  const lines = headers.map(([name, value]) => `${name}: ${SECRET.has(name.toLowerCase()) ? "[redacted]" : value}`);
  return Buffer.from(`${[first, ...lines].join("\n")}\n\n`);
}

function ending(how: string): Uint8Array {
  return Buffer.from(`\n\n--- ${how}\n\n`);
}

/** The end of both answers of one exchange, short enough to print. */
export function excerptOf(exchange: Exchange | undefined): string {
  if (exchange === undefined) return "";
  const { response, back } = exchange;
  const chat = lastChat(back ?? []);
  const said = Buffer.concat(chat?.response.chunks.map(({ bytes }) => bytes) ?? []).toString();
  return [
    `front: ${response.status === 0 ? "no answer" : response.status} ${tail(exchange.text)}`,
    `back: ${chat === undefined ? "not asked" : (chat.response.status ?? "no answer")} ${tail(said)}`,
  ].join("\n");
}

/** Where an answer goes wrong is near its end more often than near its beginning. */
function tail(text: string): string {
  const LENGTH = 600;
  const flat = text.trim().replaceAll(/\n+/g, " ");
  return flat.length <= LENGTH ? flat : `${excerpt(flat, LENGTH / 3)} … ${flat.slice(-(LENGTH * 2) / 3)}`;
}
