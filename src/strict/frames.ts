import { isUtf8 } from "node:buffer";

/** One block of lines between blank lines, with where it stands in the bytes. */
export interface Frame {
  /** Values of its `event:` lines. */
  names: string[];
  /** Values of its `data:` lines. */
  data: string[];
  /** Lines that are no field of the standard and no comment. */
  strangers: string[];
  /** Whether a blank line ends it. */
  closed: boolean;
  validUtf8: boolean;
  /** Byte offset of its first line. */
  offset: number;
  /** The frame as it came. */
  text: string;
}

interface Line {
  text: string;
  start: number;
  end: number;
}

const LF = 10;
const CR = 13;
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
const FIELDS = new Set(["event", "data", "id", "retry"]);

/**
 * Cuts a stream into frames; blocks that hold only comments are left out. A reader of its own, so
 * that a mistake in the room `wire` cannot hide itself here.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function readFrames(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  let block: Line[] = [];
  for (const line of readLines(bytes)) {
    if (line.text !== "") {
      block.push(line);
      continue;
    }
    frames.push(...frameOf(block, bytes, true));
    block = [];
  }
  return [...frames, ...frameOf(block, bytes, false)];
}

function readLines(bytes: Uint8Array): Line[] {
  const lines: Line[] = [];
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let lf = bytes.indexOf(LF, start);
  let cr = bytes.indexOf(CR, start);
  while (start < bytes.length) {
    if (lf !== -1 && lf < start) lf = bytes.indexOf(LF, start);
    if (cr !== -1 && cr < start) cr = bytes.indexOf(CR, start);
    const end = lf === -1 ? cr : cr === -1 ? lf : Math.min(lf, cr);
    const stop = end === -1 ? bytes.length : end;
    const next = end === -1 ? stop : stop + (bytes[stop] === CR && bytes[stop + 1] === LF ? 2 : 1);
    lines.push({ text: UTF8.decode(bytes.subarray(start, stop)), start, end: next });
    start = next;
  }
  return lines;
}

function frameOf(lines: Line[], bytes: Uint8Array, closed: boolean): Frame[] {
  const [first] = lines;
  const last = lines.at(-1);
  const fields = lines.filter(({ text }) => !text.startsWith(":")).map(({ text }) => splitField(text));
  if (first === undefined || last === undefined || fields.length === 0) return [];
  const raw = bytes.subarray(first.start, last.end);
  const valuesOf = (name: string): string[] =>
    fields.filter(([key]) => key === name).map(([, value]) => value);
  return [
    {
      names: valuesOf("event"),
      data: valuesOf("data"),
      strangers: fields.filter(([key]) => !FIELDS.has(key)).map(([key, value]) => `${key}:${value}`),
      closed,
      validUtf8: isUtf8(raw),
      offset: first.start,
      text: UTF8.decode(raw),
    },
  ];
}

function splitField(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  if (colon === -1) return [line, ""];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(" ") ? value.slice(1) : value];
}
