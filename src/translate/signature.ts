import { createHmac, timingSafeEqual } from "node:crypto";

/** Version of the form; another prefix is another server's signature. */
const PREFIX = "cb1.";
const MAC_BYTES = 9;
/**
 * Not a secret: it tells our own untouched blocks from other servers' and from edited ones. A fixed
 * key lets a session go on after a restart, and on another machine.
 */
const KEY = "claude-bridge thinking block";

export interface SignedReasoning {
  model: string;
  text: string;
}

/**
 * The signature of a thinking block. It carries the reasoning itself, since the client may have
 * been told to show none (`display: omitted`) and still has to hand it back. Not compressed: the
 * same reasoning gives the same bytes on every Node version.
 */
export function signReasoning({ model, text }: SignedReasoning): string {
  const payload = Buffer.from(`${model}\0${text}`).toString("base64url");
  return `${PREFIX}${payload}.${mac(payload).toString("base64url")}`;
}

/** The reasoning in one of our own signatures; undefined for a foreign, empty or altered one. */
export function readSignature(signature: string | undefined): SignedReasoning | undefined {
  if (signature?.startsWith(PREFIX) !== true) return undefined;
  const [payload = "", seal = ""] = signature.slice(PREFIX.length).split(".");
  const given = Buffer.from(seal, "base64url");
  const expected = mac(payload);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const content = Buffer.from(payload, "base64url").toString();
  const end = content.indexOf("\0");
  return { model: content.slice(0, end), text: content.slice(end + 1) };
}

function mac(payload: string): Buffer {
  return createHmac("sha256", KEY).update(payload).digest().subarray(0, MAC_BYTES);
}
