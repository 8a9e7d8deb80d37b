import { pipeline } from "node:stream/promises";
import { Readable, Writable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { ApiError } from "../messages/api-error.ts";
import { parseJson } from "../wire/json.ts";
import type { FrontRequest } from "./front.ts";

interface BodyLimits {
  /** Of the raw and of the decoded body. The API's own: https://docs.anthropic.com/en/api/errors */
  maxBytes: number;
  /** A body that stops arriving for this long is given up. */
  silenceMs: number;
}

const LIMITS: BodyLimits = { maxBytes: 32 * 1024 * 1024, silenceMs: 20_000 };

const DECODERS: Record<string, () => Transform> = {
  gzip: () => createGunzip(),
  "x-gzip": () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

/**
 * Reads and parses a JSON body, whatever its content type. Throws ApiError: 413 when it is larger
 * than the cap, also after decompression; 400 when it is not JSON in UTF-8; 415 for an unknown
 * content encoding.
 */
export async function readJsonBody(
  request: FrontRequest,
  limits: BodyLimits = LIMITS,
  parse: (text: string) => unknown = parseJson,
): Promise<unknown> {
  if (Number(request.headers["content-length"]) > limits.maxBytes) throw tooLarge(limits.maxBytes);
  const bytes = await readBody(request, limits);
  return parseBody(bytes, parse);
}

/** The body as it was sent, compressed or not. Throws ApiError as `readJsonBody` does. */
export async function readRawBody(request: FrontRequest, limits: BodyLimits = LIMITS): Promise<Uint8Array> {
  if (Number(request.headers["content-length"]) > limits.maxBytes) throw tooLarge(limits.maxBytes);
  return collectBody(request, limits);
}

function readBody(request: FrontRequest, limits: BodyLimits): Promise<Uint8Array> {
  const encoding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  return encoding === "identity"
    ? collectBody(request, limits)
    : decompressBody(request, limits, decoderOf(encoding));
}

async function collectBody(request: FrontRequest, limits: BodyLimits): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of watched(request, limits)) chunks.push(chunk);
  } catch (error) {
    throw bodyError(error);
  }
  request.signal.throwIfAborted();
  return Buffer.concat(chunks);
}

async function decompressBody(
  request: FrontRequest,
  limits: BodyLimits,
  decoder: Transform,
): Promise<Uint8Array> {
  const { maxBytes } = limits;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const collect = new Writable({
    write(chunk: Uint8Array, _encoding, done): void {
      size += chunk.byteLength;
      if (size > maxBytes) return done(tooLarge(maxBytes));
      chunks.push(chunk);
      done();
    },
  });
  const source = Readable.from(watched(request, limits), { objectMode: false });
  try {
    await pipeline(source, decoder, collect, { signal: request.signal });
  } catch (error) {
    throw bodyError(error);
  }
  return Buffer.concat(chunks);
}

function bodyError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return isCompressionError(error)
    ? new ApiError("invalid_request_error", "content-encoding: the body cannot be decompressed")
    : new ApiError("invalid_request_error", "The request body did not arrive completely", { cause: error });
}

function decoderOf(encoding: string): Transform {
  const create = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (create !== undefined) return create();
  throw new ApiError("invalid_request_error", "content-encoding: use gzip, deflate, br, zstd or none", {
    status: 415,
  });
}

/** The raw body, with its own cap and a limit on silence, until the client leaves. */
async function* watched(
  { body, signal }: FrontRequest,
  { maxBytes, silenceMs }: BodyLimits,
): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  let size = 0;
  for (;;) {
    signal.throwIfAborted();
    const next = await withinSilence(iterator.next(), silenceMs, signal);
    if (next.done === true) return;
    size += next.value.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    yield next.value;
  }
}

async function withinSilence<T>(reading: Promise<T>, silenceMs: number, signal: AbortSignal): Promise<T> {
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(signal.reason as Error);
  const late = (): void => reject(new ApiError("invalid_request_error", "The request body stopped arriving"));
  const timer = setTimeout(late, silenceMs).unref();
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([reading, givenUp]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
  }
}

function parseBody(bytes: Uint8Array, parse: (text: string) => unknown): unknown {
  try {
    return parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ApiError("invalid_request_error", "The request body is not valid JSON", { cause: error });
  }
}

function isCompressionError(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^(?:Z_|ERR__?BROTLI|ERR_BROTLI|ZSTD_|ERR_ZSTD)/.test(code);
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError("request_too_large", `The request body is larger than ${maxBytes} bytes`);
}
