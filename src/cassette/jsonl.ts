import { parseJson, stringifyJson } from "../wire/json.ts";
import type { Cassette, RecordedRequest, RecordedResponse } from "./types.ts";

/**
 * A cassette as raw request and response pairs for people and `jq`: one JSON object per line, in the
 * order of arrival, the client's pair after the upstream pairs that it caused. A JSON body is
 * `body`, another text `body_raw`, bytes that are no text `body_base64`. `timestamp` is in seconds.
 */
export function jsonLines({ manifest, exchanges, unpaired }: Cassette): string[] {
  const start = Date.parse(manifest.recordedAt);
  const line = (
    exchange: string | null,
    hop: "front" | "back" | "web",
    at: number | null,
    request: RecordedRequest,
    response: RecordedResponse,
  ): string =>
    stringifyJson({
      exchange,
      hop,
      ...(at === null ? {} : { timestamp: (start + at) / 1000 }),
      request: {
        method: request.method,
        path: request.path,
        headers: request.headers,
        ...bodyOf(request.body),
      },
      response: {
        status_code: response.status,
        headers: response.headers,
        ...bodyOf(response.body),
        end: response.end,
      },
    });
  return [
    ...unpaired.map(({ bridgeRequest, upstreamResponse }) =>
      line(null, "back", null, bridgeRequest, upstreamResponse),
    ),
    ...exchanges.flatMap(({ id, upstream, web, clientRequest, bridgeResponse, timing }) => [
      ...upstream.map(({ bridgeRequest, upstreamResponse }, index) =>
        line(id, "back", timing.upstream[index]?.requestAt ?? null, bridgeRequest, upstreamResponse),
      ),
      ...web.map(({ origin, request, response }) =>
        line(id, "web", null, { ...request, path: `${origin ?? ""}${request.path}` }, response),
      ),
      line(id, "front", timing.front?.requestAt ?? null, clientRequest, bridgeResponse),
    ]),
  ];
}

function bodyOf(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length === 0) return {};
  const text = textOf(bytes);
  if (text === undefined) return { body_base64: Buffer.from(bytes).toString("base64") };
  try {
    return { body: parseJson(text) };
  } catch {
    return { body_raw: text };
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
