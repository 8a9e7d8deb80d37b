import { invalidRequest } from "../messages/api-error.ts";
import { readImageHeader } from "../messages/image-header.ts";
import type { FetchSource } from "../bridge/content/resolve.ts";
import type { Exchange } from "../cassette/types.ts";

/**
 * What the bridge fetched from URLs while a session was recorded: the pictures that it sent upstream
 * and that the client had not sent itself, in their order. Replay opens no connection for them.
 */
export function recordedSources(current: () => Exchange | undefined): FetchSource {
  const given = new Map<string, number>();
  return (_url, path, kind) => {
    const exchange = current();
    const n = given.get(exchange?.id ?? "") ?? 0;
    const data = exchange === undefined || kind !== "image" ? undefined : fetchedImages(exchange)[n];
    const mediaType = readImageHeader(Buffer.from(data ?? "", "base64"))?.mediaType;
    if (exchange === undefined || data === undefined || mediaType === undefined) {
      return Promise.reject(invalidRequest(`${path}.url`, `no ${kind} was recorded for this URL`));
    }
    given.set(exchange.id, n + 1);
    return Promise.resolve({ type: "base64", media_type: mediaType, data });
  };
}

function fetchedImages({ clientRequest, upstream }: Exchange): string[] {
  const sent = Buffer.from(clientRequest.body).toString("latin1");
  const bodies = upstream.map(({ bridgeRequest }) => parse(bridgeRequest.body));
  const images = bodies.map((body) => imagesIn(body)).findLast((found) => found.length > 0) ?? [];
  return images.filter((image) => !sent.includes(image));
}

/** Ollama's `images` lists and OpenAI's data URLs, in order. */
function imagesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    if (key === "images" && Array.isArray(entry)) return entry.filter((each) => typeof each === "string");
    const data = typeof entry === "string" ? /^data:image\/\w+;base64,(.+)$/.exec(entry)?.[1] : undefined;
    return data === undefined ? imagesIn(entry) : [data];
  });
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return null;
  }
}
