import { jsonSpans, type ValueSpan } from "./json-text.ts";
import type { PartStore } from "./parts.ts";

/**
 * A body on disk: pieces whose concatenation is the body, byte for byte. Text stands in the
 * exchange file, where a diff shows it; what is big and constant (system, tools, images) is a part.
 */
export type Piece = string | { part: string; as?: "base64" };

const PART_FROM: Record<string, number> = { system: 512, tools: 512, messages: 2048 };
const IMAGE_FROM = 1024;
const LINE_PART_FROM = 8192;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function toPieces(body: Uint8Array, parts: PartStore): Piece[] {
  if (body.length === 0) return [];
  const text = decodeUtf8(body);
  if (text === undefined) return [{ part: parts.add(body, "bin") }];
  const spans = text.startsWith("{") ? jsonSpans(text) : undefined;
  return spans === undefined ? linePieces(text, parts) : jsonPieces(text, spans, parts);
}

export function fromPieces(pieces: readonly Piece[], part: (name: string) => Uint8Array): Uint8Array {
  const buffers = pieces.map((piece) => {
    if (typeof piece === "string") return Buffer.from(piece, "utf8");
    const bytes = Buffer.from(part(piece.part));
    return piece.as === "base64" ? Buffer.from(bytes.toString("base64"), "latin1") : bytes;
  });
  return new Uint8Array(Buffer.concat(buffers));
}

export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function linePieces(text: string, parts: PartStore): Piece[] {
  return text
    .split(/(?<=\n)/)
    .map((line) =>
      line.length < LINE_PART_FROM ? line : { part: parts.add(Buffer.from(line, "utf8"), "txt") },
    );
}

interface Cut {
  start: number;
  end: number;
  piece: Piece;
}

function jsonPieces(text: string, spans: ValueSpan[], parts: PartStore): Piece[] {
  const cuts: Cut[] = [];
  let covered = 0;
  for (const span of spans) {
    if (span.start < covered) continue;
    const piece = partOf(text, span, spans, parts);
    if (piece === undefined) continue;
    cuts.push(piece);
    covered = piece.end;
  }
  const pieces: Piece[] = [];
  let at = 0;
  for (const cut of cuts) {
    pieces.push(...breakUp(text, at, cut.start, spans), cut.piece);
    at = cut.end;
  }
  pieces.push(...breakUp(text, at, text.length, spans));
  return pieces;
}

function partOf(text: string, span: ValueSpan, spans: ValueSpan[], parts: PartStore): Cut | undefined {
  const image = imageOf(text, span);
  if (image !== undefined) {
    const part = parts.add(image.bytes, image.extension);
    return { start: span.start + 1, end: span.end - 1, piece: { part, as: "base64" } };
  }
  if (span.path.length !== 2) return undefined;
  const from = PART_FROM[String(span.path[0])];
  if (from === undefined || span.end - span.start < from) return undefined;
  const inside = spans.filter((other) => other.start >= span.start && other.end <= span.end);
  if (inside.some((other) => imageOf(text, other) !== undefined)) return undefined;
  const part = parts.add(Buffer.from(text.slice(span.start, span.end), "utf8"), "json");
  return { start: span.start, end: span.end, piece: { part } };
}

function imageOf(text: string, span: ValueSpan): { bytes: Buffer; extension: string } | undefined {
  if (span.kind !== "string" || span.end - span.start < IMAGE_FROM) return undefined;
  const inside = text.slice(span.start + 1, span.end - 1);
  if (!BASE64.test(inside)) return undefined;
  const bytes = Buffer.from(inside, "base64");
  if (bytes.toString("base64") !== inside) return undefined;
  return { bytes, extension: extensionOf(bytes) };
}

const MAGIC: [string, string][] = [
  ["89504e47", "png"],
  ["ffd8ff", "jpg"],
  ["47494638", "gif"],
  ["52494646", "webp"],
  ["25504446", "pdf"],
];

function extensionOf(bytes: Buffer): string {
  const head = bytes.subarray(0, 4).toString("hex");
  return MAGIC.find(([magic]) => head.startsWith(magic))?.[1] ?? "bin";
}

/** Literal text between two parts, broken before each top-level value and each of its elements. */
function breakUp(text: string, from: number, to: number, spans: ValueSpan[]): string[] {
  const breaks = spans
    .filter(({ path, start }) => (path.length === 1 || path.length === 2) && start > from && start < to)
    .map(({ start }) => start);
  const offsets = [from, ...new Set(breaks), to];
  return offsets
    .slice(1)
    .map((end, index) => text.slice(offsets[index], end))
    .filter((piece) => piece !== "");
}
