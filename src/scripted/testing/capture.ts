import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type HttpCapture, parseHttpCapture } from "../../wire/http1.ts";

const FOLDER = new URL("../../../fixtures/wire/", import.meta.url);

/** One exchange with a real server: what was sent, and the bytes that came back. */
export interface Capture {
  name: string;
  request: CapturedRequest;
  response: HttpCapture;
}

export interface CapturedRequest {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: Buffer | null;
}

interface RequestFile {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  body_raw?: string | { base64: string };
}

/** The names of the captures in `fixtures/wire`. */
export function captureNames(folder: URL = FOLDER): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).map((file) => /^(.+)\.response\.http$/u.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

export function readCapture(name: string, folder: URL = FOLDER): Capture {
  const file = JSON.parse(readFileSync(new URL(`${name}.request.json`, folder), "utf8")) as RequestFile;
  const response = parseHttpCapture(readFileSync(new URL(`${name}.response.http`, folder)));
  const { method, path, headers = {} } = file;
  return { name, request: { method, path, headers, body: bodyOf(file) }, response };
}

function bodyOf({ body, body_raw: raw }: RequestFile): Buffer | null {
  if (typeof raw === "string") return Buffer.from(raw);
  if (raw !== undefined) return Buffer.from(raw.base64, "base64");
  return body === undefined ? null : Buffer.from(JSON.stringify(expand(body)));
}

interface Repeat {
  $repeat: string;
  times: number;
  before?: string;
  after?: string;
}

/** Long strings are stored as `{$repeat, times, before, after}`. */
function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (value === null || typeof value !== "object") return value;
  if ("$repeat" in value) {
    const { $repeat, times, before = "", after = "" } = value as Repeat;
    return before + $repeat.repeat(times) + after;
  }
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, expand(child)]));
}
