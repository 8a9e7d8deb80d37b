/** A captured HTTP/1.1 response, taken apart. */
export interface HttpCapture {
  status: number;
  /** Names as sent, in order, repeated ones kept. */
  headers: [name: string, value: string][];
  /** The payload without its chunk framing. */
  body: Uint8Array;
  /** The chunks as the server framed them; one for a body that is not chunked, none for an empty one. */
  chunks: Uint8Array[];
  /** False when the capture ends before the message does: a cut connection. */
  complete: boolean;
}

const CR = 13;
const LF = 10;

/**
 * Reads one response from raw bytes (interim 1xx responses are skipped). Throws SyntaxError when
 * the head is not HTTP/1.x or a chunk size is not hexadecimal.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc9112
 */
export function parseHttpCapture(bytes: Uint8Array): HttpCapture {
  const headEnd = indexOfBlankLine(bytes);
  if (headEnd === -1) throw new SyntaxError("no blank line ends the response head");
  const [statusLine = "", ...lines] = latin1(bytes.subarray(0, headEnd)).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new SyntaxError(`not an HTTP/1.x status line: ${statusLine.slice(0, 80)}`);
  const payload = bytes.subarray(headEnd + 4);
  if (status < 200) return parseHttpCapture(payload);
  const headers = lines.map(headerPair);
  return { status, headers, ...readBody(payload, status, headers) };
}

/** The value of a header, whatever its case; undefined when it was not sent. */
export function headerValue(headers: readonly [string, string][], name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === wanted)?.[1];
}

type Body = Pick<HttpCapture, "body" | "chunks" | "complete">;

function readBody(payload: Uint8Array, status: number, headers: [string, string][]): Body {
  if (status === 204 || status === 304) return { body: payload.subarray(0, 0), chunks: [], complete: true };
  if (/\bchunked\b/i.test(headerValue(headers, "transfer-encoding") ?? "")) return readChunked(payload);
  const declared = headerValue(headers, "content-length");
  const body = declared === undefined ? payload : payload.subarray(0, Number(declared));
  const complete = declared === undefined || body.length === Number(declared);
  return { body, chunks: body.length === 0 ? [] : [body], complete };
}

function readChunked(payload: Uint8Array): Body {
  const chunks: Uint8Array[] = [];
  let complete = false;
  let at = 0;
  for (let lineEnd = payload.indexOf(LF, at); lineEnd !== -1; lineEnd = payload.indexOf(LF, at)) {
    const size = chunkSize(latin1(payload.subarray(at, lineEnd)));
    if (size === 0) {
      complete = true;
      break;
    }
    const chunk = payload.subarray(lineEnd + 1, lineEnd + 1 + size);
    if (chunk.length > 0) chunks.push(chunk);
    if (chunk.length < size) break;
    at = lineEnd + 1 + size + 2;
  }
  return { body: concatBytes(chunks), chunks, complete };
}

function chunkSize(line: string): number {
  const hex = /^[0-9a-fA-F]+/.exec(line)?.[0];
  if (hex === undefined) throw new SyntaxError(`not a chunk size: ${line.slice(0, 80)}`);
  return Number.parseInt(hex, 16);
}

function headerPair(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

function indexOfBlankLine(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(CR); at !== -1; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at;
  }
  return -1;
}

/** All chunks in one array. */
export function concatBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
