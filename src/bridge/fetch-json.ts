import type { UpstreamRequest } from "../upstream/delta.ts";
import { parseJson } from "../wire/json.ts";
import type { UpstreamBody } from "./upstream-body.ts";
import type { UpstreamClient } from "./upstream-client.ts";
import { isTransportFault } from "./upstream-failure.ts";

const MAX_BYTES = 16 * 1024 * 1024;

export interface JsonAnswer {
  status: number;
  /** Undefined when the body is not JSON. */
  json: unknown;
}

/** A side request (model list, probe). Null when there is no answer in time; never rejects for that. */
export async function fetchJson(
  client: UpstreamClient,
  request: UpstreamRequest,
  options: { mark: string | undefined; timeoutMs: number },
): Promise<JsonAnswer | null> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    const { status, body } = await client.send(request, { signal, exchange: options.mark });
    return { status, json: tryParse(await readText(body, MAX_BYTES)) };
  } catch (error) {
    if (signal.aborted || isTransportFault(error)) return null;
    throw error;
  }
}

/** The first `maxBytes` of a body as text. */
export async function readText(body: UpstreamBody, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let bytes = await body.next(); bytes !== null; bytes = await body.next()) {
    chunks.push(bytes);
    size += bytes.byteLength;
    if (size >= maxBytes) break;
  }
  body.finish(1_000);
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function tryParse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
