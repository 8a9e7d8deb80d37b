import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { findSecrets } from "./detectors.ts";
import { decodeLiteral, literals } from "./json-text.ts";
import { addressesOf, bodiesOf } from "./redact-cassette.ts";
import { slugOf } from "./slug.ts";
import { spokenTexts } from "./spoken.ts";
import type { Cassette } from "./types.ts";
import { packedTexts, unescapedAddress } from "./web-text.ts";

/** Something that should not be in a cassette. The value itself is not repeated. */
export interface Leak {
  kind: string;
  /** How it was found: in the raw bytes, behind an escape, in a compressed or encoded form, or over several events. */
  form: string;
  /** Which body, counted over the cassette; -1 for the manifest and the addresses of the web. */
  body: number;
}

/**
 * Looks for secrets the way a finder would: in the bytes, behind JSON escapes, base64 and
 * compression, and in the text that the events of a stream make together.
 * @param needles values known to be secret, e.g. canaries; found in any of these forms, and as a slug
 */
export function scanCassette(cassette: Cassette, needles: readonly string[] = []): Leak[] {
  const facts = [{ ...cassette.manifest, id: "" }, addressesOf(cassette)];
  const manifest = new TextEncoder().encode(JSON.stringify(facts));
  return [manifest, ...bodiesOf(cassette)].flatMap((body, index) => leaksIn(body, index - 1, needles));
}

function leaksIn(body: Uint8Array, index: number, needles: readonly string[]): Leak[] {
  const found = new Map<string, Leak>();
  for (const [form, text] of formsOf(body)) {
    const kinds = [
      ...findSecrets(text).map(({ kind }) => kind),
      ...needles.filter((needle) => holds(text, needle)).map(() => "needle"),
    ];
    for (const kind of kinds) found.set(`${kind} ${form}`, { kind, form, body: index });
  }
  return [...found.values()];
}

function holds(text: string, needle: string): boolean {
  if (needle.length < 4) return false;
  return needle.startsWith("/") ? text.search(placeForms(needle)) >= 0 : text.includes(needle);
}

/** A folder by its name, and by the slug that the client makes of a name of several parts. */
function placeForms(path: string): RegExp {
  const forms = path.lastIndexOf("/") > 0 ? [path, slugOf(path)] : [path];
  const escaped = forms.map((form) => form.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`(?:${escaped.join("|")})(?![A-Za-z0-9_])`);
}

function* formsOf(body: Uint8Array): Generator<[form: string, text: string]> {
  const raw = Buffer.from(body).toString("latin1");
  const text = Buffer.from(body).toString("utf8");
  yield ["bytes", raw];
  yield ["text", text];
  const address = unescapedAddress(text);
  if (address !== undefined) yield ["an address", address];
  const decoded = literals(text).map(({ start, end }) => decodeLiteral(text.slice(start, end)) ?? "");
  yield ["escaped", decoded.join("\n")];
  yield ["events", spokenTexts(text).join("\n")];
  for (const plain of unpacked(body)) yield ["compressed", plain];
  for (const value of decoded) {
    if (value.length < 16 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) continue;
    yield ["base64", Buffer.from(value, "base64").toString("latin1")];
  }
  for (const excerpt of packedTexts(text)) yield ["base64", excerpt];
}

function unpacked(body: Uint8Array): string[] {
  if (body.length === 0) return [];
  return [gunzipSync, inflateSync, brotliDecompressSync, zstdDecompressSync].flatMap((unpack) => {
    try {
      return [unpack(body, { maxOutputLength: 64 * 1024 * 1024 }).toString("latin1")];
    } catch {
      return [];
    }
  });
}
