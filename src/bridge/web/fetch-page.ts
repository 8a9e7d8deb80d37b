import type { Dispatcher } from "undici";
import { decodeBody, UndecodableBody } from "../content-coding.ts";
import { type AddressRule, checkUrl } from "./guard.ts";
import { isTimeout, WebFailure } from "./failure.ts";
import { pageText } from "./page-text.ts";

export interface Page {
  /** Where it was read in the end, after redirects. */
  url: string;
  title: string | null;
  text: string;
}

export interface FetchOptions {
  /** Connects only where `rule` allows; see `guardedLookup`. */
  dispatcher: Dispatcher;
  rule: AddressRule;
  /** Whether the client's domain lists let an address through; asked again after each redirect. */
  allows: (url: string) => boolean;
  timeoutMs: number;
  signal: AbortSignal;
}

/** Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/web-fetch-tool (`url_too_long`) */
const MAX_URL = 250;
/** Of the page as it is sent, and as it is when it is decoded. */
const MAX_BYTES = 4 * 1024 * 1024;
const TOO_LARGE = "The page has more than 4 MB.";
const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Reads one public page as text. Throws WebFailure, or the signal's reason. */
export async function fetchPage(address: string, options: FetchOptions): Promise<Page> {
  if (address.length > MAX_URL) {
    throw new WebFailure("url_too_long", `The address has more than ${MAX_URL} characters.`);
  }
  const { signal, timeoutMs } = options;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    return await follow(address, { ...options, signal: limit });
  } catch (error) {
    if (error instanceof WebFailure) throw error;
    if (signal.aborted) throw signal.reason;
    const refused = error instanceof Error && error.cause instanceof WebFailure ? error.cause : null;
    if (refused !== null) throw refused;
    const why = limit.aborted || isTimeout(error) ? "The page took too long." : "The page cannot be reached.";
    throw new WebFailure("url_not_accessible", why, error);
  }
}

async function follow(address: string, options: FetchOptions): Promise<Page> {
  let url = parse(address);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    checkUrl(url, options.rule);
    if (!options.allows(url.href)) {
      throw new WebFailure("url_not_allowed", "This domain is not one that may be read here.");
    }
    const answer = await request(url, options);
    const { statusCode: status, headers, body } = answer;
    const location = text(headers["location"]);
    if (REDIRECTS.has(status) && location !== "") {
      await discard(body);
      url = parse(location, url);
      continue;
    }
    if (status < 200 || status > 299) {
      await discard(body);
      throw refusal(status);
    }
    return { url: url.href, ...(await pageText(await read(body, headers), text(headers["content-type"]))) };
  }
  throw new WebFailure("url_not_accessible", "The page redirects again and again.");
}

function request(url: URL, { dispatcher, signal }: FetchOptions): Promise<Dispatcher.ResponseData> {
  return dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: "GET",
    headers: {
      accept: "text/html, application/xhtml+xml, text/*;q=0.9, application/json;q=0.9, */*;q=0.1",
      "accept-encoding": "identity",
      "user-agent": "bridge-conformance (web_fetch)",
    },
    signal,
  });
}

function parse(address: string, base?: URL): URL {
  const url = URL.parse(address, base?.href);
  if (url === null) throw new WebFailure("invalid_tool_input", "This is not a full address.");
  return url;
}

function refusal(status: number): WebFailure {
  if (status === 429) return new WebFailure("too_many_requests", "The page's server asks to slow down.");
  return new WebFailure("url_not_accessible", `The page's server answered with HTTP ${status}.`);
}

async function read(
  body: Dispatcher.ResponseData["body"],
  headers: Dispatcher.ResponseData["headers"],
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new WebFailure("content_too_large", TOO_LARGE);
    chunks.push(chunk);
  }
  return decoded(Buffer.concat(chunks), text(headers["content-encoding"]));
}

/** Some servers compress whatever is asked of them. */
async function decoded(bytes: Uint8Array, coding: string): Promise<Uint8Array> {
  try {
    return await decodeBody(bytes, coding, MAX_BYTES);
  } catch (error) {
    if (!(error instanceof UndecodableBody)) throw error;
    if (error.reason === "too-large") throw new WebFailure("content_too_large", TOO_LARGE, error);
    throw new WebFailure("unsupported_content_type", `The page cannot be decoded from ${coding}.`, error);
  }
}

/** The rest of an answer nobody reads. The connection is not kept for it. */
async function discard(body: Dispatcher.ResponseData["body"]): Promise<void> {
  await body.dump({ limit: 64 * 1024 });
}

function text(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header) ?? "";
}
