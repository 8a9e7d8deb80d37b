import { randomBytes } from "node:crypto";
import type { IdSource } from "../translate/context.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Random ids in the API's own style. Claude Code needs message and tool ids that never repeat. */
export function randomIds(): IdSource {
  return { message: () => `msg_01${randomText(22)}`, toolUse: () => `toolu_01${randomText(22)}` };
}

/** The value of the `request-id` header and of `request_id` in error bodies. */
export function randomRequestId(): string {
  return `req_011${randomText(21)}`;
}

function randomText(length: number): string {
  let text = "";
  for (const byte of randomBytes(length)) text += ALPHABET[byte % ALPHABET.length];
  return text;
}
