import type { Exchange } from "../exchange.ts";
import { excerpt } from "../path.ts";
import { lastChat } from "./read-back.ts";

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
