import { http, HttpResponse, type HttpHandler } from "msw";
import { setTimeout as sleep } from "node:timers/promises";
import { Redactor } from "./cassette/redact.ts";
import type { Cassette, RecordedRequest, RecordedResponse } from "./cassette/types.ts";
import { machineNames } from "./replay/machine.ts";
import { missEnvelope } from "./replay/miss-answer.ts";
import { delaysOf, type Pace } from "./replay/pace.ts";
import { PlayedHop, type Surface } from "./replay/played-hop.ts";
import { chunksAt } from "./wire/chunks.ts";

export { readCassette } from "./cassette/read.ts";
export type { Cassette } from "./cassette/types.ts";

export interface CassetteHandlerOptions {
  /** `front` (default): the cassette is a Messages endpoint; `back`: it is the model's server. */
  surface?: Surface;
  /** By default `asap`: chunk boundaries are kept, times are not. */
  pace?: Pace;
}

/**
 * Handlers for msw that play a cassette (`readCassette(folder)`) on any origin. Answers keep their
 * recorded chunk boundaries; a request on a recorded route that the cassette has no answer for gets
 * a 410 that says what drifted. Requests on other routes are left to other handlers.
 * @note An interceptor cannot reset a connection as a socket can (mswjs/interceptors#738): an answer
 * that was cut ends in an error of its stream, which some clients see as a clean end.
 */
export function cassetteHandlers(cassette: Cassette, options: CassetteHandlerOptions = {}): HttpHandler[] {
  const surface = options.surface ?? "front";
  const { profile } = cassette.manifest.redaction;
  const redactor = new Redactor({
    profile,
    home: process.env["HOME"],
    cwd: process.cwd(),
    ...machineNames(),
  });
  const hop = new PlayedHop(cassette, surface, redactor);
  const handler = http.all("*", async ({ request }) => {
    const result = hop.take(await recordedForm(request));
    if (result.kind === "hit")
      return answerOf(
        result.response,
        delaysOf(options.pace ?? "asap", result.timing?.chunks ?? [], result.response.cuts.length + 1),
      );
    if (result.miss.reason === "out-of-scope") return undefined;
    return HttpResponse.json(missEnvelope(result.miss.message, surface, cassette.manifest.bridge.provider), {
      status: 410,
      headers: { "x-should-retry": "false", "x-replay-miss": result.miss.reason },
    });
  });
  return [handler];
}

async function recordedForm(request: Request): Promise<RecordedRequest> {
  const { pathname, search } = new URL(request.url);
  const beta = request.headers.get("anthropic-beta");
  return {
    method: request.method,
    path: pathname + search,
    headers: beta === null ? [] : [["anthropic-beta", beta]],
    body: new Uint8Array(await request.clone().arrayBuffer()),
  };
}

function answerOf(recorded: RecordedResponse, delays: readonly number[]): Response {
  if (recorded.status === null) return HttpResponse.error();
  const headers = recorded.headers.filter(
    ([name]) => name !== "content-length" && name !== "transfer-encoding",
  );
  return new HttpResponse(recorded.body.length === 0 ? null : streamOf(recorded, delays), {
    status: recorded.status,
    headers,
  });
}

function streamOf(recorded: RecordedResponse, delays: readonly number[]): ReadableStream<Uint8Array> {
  const chunks = chunksAt(recorded.body, recorded.cuts);
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      await sleep(delays[at] ?? 0);
      const chunk = chunks[at++];
      if (chunk !== undefined) controller.enqueue(chunk);
      else if (recorded.end === "complete") controller.close();
      else controller.error(new Error(`the recorded answer ended by ${recorded.end}`));
    },
  });
}
