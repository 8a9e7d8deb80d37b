import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Flavour, QueuedScript, ScriptedRequest } from "../options.ts";
import type { ModelScript } from "../script.ts";
import { brokenOnPurpose, playByteScript } from "./byte-script.ts";
import type { Exchange, World } from "./context.ts";
import { HttpFailure } from "./failure.ts";
import { isForeign, sendPreflight } from "./origin.ts";
import { sendEmpty, sendWhole } from "./reply.ts";
import { findRoute } from "./routes.ts";

/** What the server shares with its owner. */
export interface Shared {
  readonly flavour: Flavour;
  readonly requests: ScriptedRequest[];
  readonly queue: QueuedScript[];
}

export function createScriptedServer(world: World, shared: Shared): Server {
  const server = createServer((request, response) => {
    serve(world, shared, request, response).catch((error: unknown) => {
      // A fault of this program, not of the script: tell it on the wire, where a test will see it.
      if (!response.headersSent)
        sendWhole(response, 500, "text/plain", `scripted model failed: ${String(error)}`);
      else response.destroy();
    });
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  return server;
}

async function serve(
  world: World,
  shared: Shared,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const bytes = await readBody(request);
  if (bytes === null) return;
  const body = bytes.toString("utf8");
  const logged = logRequest(shared, request, response, body);
  const method = request.method ?? "GET";
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  let exchange: Exchange = { request, response, method, path, body, bytes, world };
  if (shared.flavour === "ollama" && isForeign(request)) return sendEmpty(response, 403);
  const route = findRoute(shared.flavour, path);
  if (route === undefined) return sendWhole(response, 404, "text/plain", "404 page not found");
  if (method === "OPTIONS") return sendPreflight(exchange, route.methods);
  if (!route.methods.includes(method)) {
    return sendWhole(response, 405, "text/plain", "405 method not allowed", {
      Allow: route.methods.join(", "),
    });
  }
  const queued = route.streamType === undefined ? undefined : shared.queue.shift();
  const script = typeof queued === "function" ? queued(logged) : queued;
  if (Array.isArray(script))
    return playByteScript(response, script, contentType(logged, route.streamType ?? ""));
  if (script !== undefined) exchange = { ...exchange, world: saying(script, world) };
  try {
    await route.handle(exchange);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (!response.headersSent && !response.destroyed) route.fail(exchange, error);
  }
}

/** The same world, whose model has nothing else to say. */
function saying(script: ModelScript, world: World): World {
  const queued = { ...script, marker: "" };
  return { ...world, queued, ground: { ...world.ground, scripts: [queued] } };
}

/** The whole body, or null when the peer left while sending it. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch {
    return null;
  }
}

function logRequest(
  shared: Shared,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): ScriptedRequest {
  let read: { json: unknown } | undefined;
  const entry: ScriptedRequest = {
    n: shared.requests.length + 1,
    method: request.method ?? "",
    path: request.url ?? "",
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body,
    get json() {
      return (read ??= { json: parsed(body) }).json;
    },
    receivedAt: Date.now(),
    closedBy: null,
  };
  shared.requests.push(entry);
  response.once("close", () => {
    entry.closedBy = response.writableFinished || brokenOnPurpose.has(response) ? "server" : "peer";
  });
  return entry;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** The type of a byte script's body: what the dialect streams, or JSON when no stream was asked for. */
function contentType({ json }: ScriptedRequest, streamType: string): string {
  const { stream } = (json ?? {}) as { stream?: unknown };
  const streams = streamType.includes("ndjson") ? stream !== false : stream === true;
  return streams ? streamType : "application/json";
}
