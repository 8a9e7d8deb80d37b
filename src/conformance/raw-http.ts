import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { headerOf, type FrontResponse } from "./exchange.ts";
import { NoAnswer } from "./http.ts";

/** A connection on which requests are written as bytes, and answers read one after the other. */
export interface RawConnection {
  socket: Socket;
  write(bytes: string | Uint8Array): void;
  /** The next final answer (1xx are passed over). Throws NoAnswer when it does not come whole in time. */
  read(): Promise<FrontResponse>;
  /** Resolves once the target has closed; false when it does not in time. */
  closed(): Promise<boolean>;
}

const HEAD_END = "\r\n\r\n";

/** Opens a connection to the target. `patienceMs`: longest wait for an answer or a close. */
export async function openRaw(origin: string, patienceMs: number): Promise<RawConnection> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let received = Buffer.alloc(0);
  let over: string | null = null;
  let arrived = Promise.withResolvers<void>();
  const wake = (): void => {
    arrived.resolve();
    arrived = Promise.withResolvers<void>();
  };
  socket.on("data", (bytes) => {
    received = Buffer.concat([received, bytes]);
    wake();
  });
  socket.on("error", (error) => {
    over = error.message;
    wake();
  });
  socket.on("close", () => {
    over ??= "closed";
    wake();
  });
  await once(socket, "connect");
  /** Waits for more; false when there will be none, or none in time. */
  const more = async (until: number): Promise<boolean> => {
    if (over !== null) return false;
    const timer = setTimeout(wake, Math.max(0, until - performance.now()));
    await arrived.promise;
    clearTimeout(timer);
    return performance.now() < until;
  };
  return {
    socket,
    write: (bytes) => void socket.write(bytes),
    async read() {
      const started = performance.now();
      for (;;) {
        const parsed = parseAnswer(received, over !== null);
        if (parsed !== null) {
          received = received.subarray(parsed.length);
          if (parsed.response.status >= 200)
            return {
              ...parsed.response,
              chunks: [{ at: performance.now() - started, bytes: parsed.response.body }],
            };
        } else if (
          !(await more(started + patienceMs)) &&
          (over === null || parseAnswer(received, true) === null)
        )
          throw new NoAnswer(`no whole answer came on the connection (${over ?? `in ${patienceMs} ms`})`);
      }
    },
    async closed() {
      const until = performance.now() + patienceMs;
      while (await more(until));
      return over !== null;
    },
  };
}

interface Parsed {
  response: Omit<FrontResponse, "chunks">;
  /** Bytes of the connection that it took. */
  length: number;
}

/** The answer at the start of the bytes; null while it is not whole. `ended`: no byte will follow. */
function parseAnswer(bytes: Buffer, ended: boolean): Parsed | null {
  const end = bytes.indexOf(HEAD_END);
  if (end === -1) return null;
  const [statusLine = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const status = Number(statusLine.split(" ")[1]);
  const start = end + HEAD_END.length;
  const raw = bodyAt(bytes, start, status, headers, ended);
  if (raw === null) return null;
  const body = decoded(raw.body, headerOf({ headers }, "content-encoding"));
  return { response: { status, headers, body, end: "complete" }, length: raw.end };
}

function bodyAt(
  bytes: Buffer,
  start: number,
  status: number,
  headers: [string, string][],
  ended: boolean,
): { body: Buffer; end: number } | null {
  if (status < 200 || status === 204) return { body: Buffer.alloc(0), end: start };
  if (/chunked/i.test(headerOf({ headers }, "transfer-encoding") ?? "")) return chunkedAt(bytes, start);
  const length = headerOf({ headers }, "content-length");
  const end = length === undefined ? bytes.length : start + Number(length);
  if (length === undefined ? !ended : end > bytes.length) return null;
  return { body: bytes.subarray(start, end), end };
}

function chunkedAt(bytes: Buffer, start: number): { body: Buffer; end: number } | null {
  const chunks: Buffer[] = [];
  for (let at = start; ;) {
    const line = bytes.indexOf("\r\n", at);
    if (line === -1) return null;
    const size = Number.parseInt(bytes.subarray(at, line).toString("latin1"), 16);
    const next = line + 2 + size + 2;
    if (next > bytes.length) return null;
    if (size === 0) return { body: Buffer.concat(chunks), end: next };
    chunks.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}

const DECODERS: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
  deflate: inflateSync,
};

function decoded(bytes: Buffer, encoding = "identity"): Buffer {
  return DECODERS[encoding]?.(bytes) ?? bytes;
}
