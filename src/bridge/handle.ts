import { sendEmpty, sendError, sendJson } from "./answers.ts";
import { checkCredential } from "./auth.ts";
import { checkCaller } from "./caller.ts";
import type { Core, Exchange } from "./core.ts";
import { answerCountTokens } from "./count-tokens-route.ts";
import type { FrontRequest, Sink } from "./front.ts";
import { randomRequestId } from "./ids.ts";
import { answerMessages } from "./messages-route.ts";
import { answerMetrics } from "./metrics-route.ts";
import { answerModel, answerModels } from "./models-route.ts";
import { relay } from "./relay.ts";
import { findRoute, pathOf, type Route } from "./router.ts";

/**
 * Answers one front request; whatever goes wrong, the client gets an envelope. Never rejects.
 * @param boundTo the address of the bridge's own socket that it came through; null: the caller's business
 */
export async function handle(
  core: Core,
  request: FrontRequest,
  sink: Sink,
  boundTo: string | null,
): Promise<void> {
  const mark = request.headers["x-bridge-exchange"];
  const began = performance.now();
  const exchange: Exchange = { id: randomRequestId(), request, sink, mark, notes: [], status: 0, began };
  core.metrics.requests++;
  core.metrics.active++;
  try {
    if (boundTo !== null) checkCaller(request.headers, boundTo);
    await answer(core, exchange);
  } catch (error) {
    if (exchange.status !== 0) sink.cut();
    else if (!request.signal.aborted) sendError(core, exchange, error);
  } finally {
    core.metrics.active--;
    if (request.signal.aborted) core.metrics.clientsGone++;
    core.openMetrics.exchange(exchange);
    logLine(core, exchange, Math.round(performance.now() - began));
  }
}

/** What an upstream that speaks the Messages API answers itself. */
const RELAYED: ReadonlySet<Route["name"]> = new Set(["messages", "count-tokens", "models", "model"]);

/** The credential is checked before anything is read, and never for the routes that tell nothing. */
async function answer(core: Core, exchange: Exchange): Promise<void> {
  const { method, target, headers } = exchange.request;
  if (pathOf(target).startsWith("/v1/") && method !== "OPTIONS")
    checkCredential(headers, core.settings.authToken);
  await dispatch(core, exchange, findRoute(method, target));
}

async function dispatch(core: Core, exchange: Exchange, route: Route): Promise<void> {
  if (core.settings.relay && RELAYED.has(route.name)) return relay(core, exchange);
  switch (route.name) {
    case "messages":
      return answerMessages(core, exchange);
    case "count-tokens":
      return answerCountTokens(core, exchange);
    case "models":
      return answerModels(core, exchange);
    case "model":
      return answerModel(core, exchange, route.id);
    case "health":
      return sendJson(exchange, 200, {
        status: "ok",
        metrics: core.metrics,
        token_counts: core.tokens.quality(),
      });
    case "metrics":
      return answerMetrics(core, exchange);
    case "hello":
      return sendJson(exchange, 200, { status: "ok" });
    case "options":
      return sendEmpty(exchange, 204, { allow: "GET, HEAD, POST, OPTIONS" });
  }
}

function logLine(core: Core, exchange: Exchange, ms: number): void {
  const { request, status, notes } = exchange;
  const gone = request.signal.aborted;
  core.log.info(
    { request: exchange.id, method: request.method, path: pathOf(request.target), status, ms, notes, gone },
    "served",
  );
}
