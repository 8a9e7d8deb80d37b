import { Agent, type Dispatcher } from "undici";
import { type ApiError, invalidRequest } from "../../messages/api-error.ts";
import { readImageHeader } from "../../messages/image-header.ts";
import { decodeBody, UndecodableBody } from "../content-coding.ts";
import { isTimeout } from "../web/failure.ts";
import { type AddressRule, checkUrl, guardedLookup, isPublicAddress } from "../web/guard.ts";
import type { WebWay } from "../web/seam.ts";
import type { FetchSource } from "./resolve.ts";

const MAX_BYTES = { image: 7_500_000, document: 32_000_000 } as const;
const MAX_REDIRECTS = 5;
const TIMEOUT_MS = 20_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface RemoteRules {
  /** Which addresses may be connected to. Only tests use another than `isPublicAddress`. */
  isAllowed?: AddressRule;
  /** Connects for tests; by default one whose name lookups refuse addresses that are not allowed. */
  dispatcher?: Dispatcher;
  /** What stands on the way to the web, if anything. */
  through?: (live: Dispatcher, way: WebWay) => Dispatcher;
}

/**
 * Reads pictures and PDFs that a request names by URL. Only https, only public addresses, judged before
 * a connection is made and again at each redirect; no cookies, no credentials, limits on time and size.
 */
export function createFetchSource({
  isAllowed = isPublicAddress,
  dispatcher,
  through = (live) => live,
}: RemoteRules = {}): FetchSource {
  let agent = dispatcher;
  return async (url, path, kind, signal) => {
    // Without keep-alive: there is nothing to close afterwards.
    agent ??= through(
      new Agent({ pipelining: 0, connect: { lookup: guardedLookup(isAllowed), timeout: 5000 } }),
      { kind: "source", base: null },
    );
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const bytes = await follow(url, { agent, isAllowed, kind, limit });
      return toSource(bytes, kind);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const late = limit.aborted || isTimeout(error) ? `it took more than ${TIMEOUT_MS / 1000} s` : undefined;
      throw refusal(path, kind, late ?? reasonOf(error));
    }
  };
}

interface Trip {
  agent: Dispatcher;
  isAllowed: AddressRule;
  kind: "image" | "document";
  limit: AbortSignal;
}

/** Why a URL's content cannot be had, in words for the client: no address of this network is in it. */
class Unreadable extends Error {
  override readonly name = "Unreadable" as const;
}

async function follow(address: string, trip: Trip): Promise<Uint8Array> {
  let url = parse(address);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    if (url.protocol !== "https:") throw new Unreadable("only https addresses are read");
    checkUrl(url, trip.isAllowed);
    const { statusCode, headers, body } = await trip.agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: "GET",
      headers: {
        accept: trip.kind === "image" ? "image/*" : "application/pdf",
        "accept-encoding": "identity",
      },
      signal: trip.limit,
    });
    const location = headers["location"];
    if (REDIRECTS.has(statusCode) && typeof location === "string") {
      await body.dump({ limit: 64 * 1024 });
      url = parse(location, url);
      continue;
    }
    if (statusCode !== 200) {
      await body.dump({ limit: 64 * 1024 });
      throw new Unreadable(`the server answered with status ${statusCode}`);
    }
    const most = MAX_BYTES[trip.kind];
    return decoded(await readUpTo(body, most), headers["content-encoding"], most);
  }
  throw new Unreadable("it redirects again and again");
}

async function decoded(bytes: Uint8Array, coding: unknown, most: number): Promise<Uint8Array> {
  try {
    return await decodeBody(bytes, typeof coding === "string" ? coding : "", most);
  } catch (error) {
    if (!(error instanceof UndecodableBody)) throw error;
    throw new Unreadable(error.reason === "too-large" ? tooLong(most) : "it cannot be decompressed");
  }
}

function tooLong(most: number): string {
  return `it has more than ${most} bytes`;
}

async function readUpTo(body: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > most) throw new Unreadable(tooLong(most));
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(address: string, base?: URL): URL {
  const url = URL.parse(address, base?.href);
  if (url === null) throw new Unreadable("it is no full address");
  return url;
}

type Base64Source = Awaited<ReturnType<FetchSource>>;

/** The bytes decide what they are, not the server's word for them. */
function toSource(bytes: Uint8Array, kind: Trip["kind"]): Base64Source {
  const data = Buffer.from(bytes).toString("base64");
  if (kind === "document") return { type: "base64", media_type: "application/pdf", data };
  const header = readImageHeader(bytes);
  if (header === undefined) throw new Unreadable("it is no PNG, JPEG, GIF or WebP image");
  if (Math.max(header.width, header.height) > 8000) throw new Unreadable("a side has more than 8000 pixels");
  return { type: "base64", media_type: header.mediaType, data };
}

function reasonOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const forbidden = [error, cause].some((each) => each instanceof Error && each.name === "WebFailure");
  return forbidden ? "its address is not one of the public Internet" : "it cannot be reached";
}

function refusal(path: string, kind: Trip["kind"], why: string): ApiError {
  return invalidRequest(`${path}.url`, `the ${kind} could not be read from this URL: ${why}`);
}
