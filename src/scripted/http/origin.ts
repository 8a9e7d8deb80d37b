import type { IncomingMessage } from "node:http";
import type { Exchange } from "./context.ts";

const LOCAL_NAME = /^(?:localhost|.+\.(?:localhost|local|internal))$/u;
const ADDRESS = /^(?:\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\])$/iu;

/** Ollama answers 403 to a Host that is neither an address nor a local name, and to a foreign Origin. */
export function isForeign(request: IncomingMessage): boolean {
  const { host, origin } = request.headers;
  if (host !== undefined && !isLocal(host.replace(/:\d+$/u, ""))) return true;
  return origin !== undefined && URL.canParse(origin) && !isLoopback(new URL(origin).hostname);
}

function isLocal(host: string): boolean {
  return host === "" || LOCAL_NAME.test(host) || ADDRESS.test(host);
}

function isLoopback(host: string): boolean {
  return (
    host === "" || LOCAL_NAME.test(host) || host.startsWith("127.") || host === "[::1]" || host === "0.0.0.0"
  );
}

const STAINLESS = [
  "Arch",
  "Async",
  "Custom-Poll-Interval",
  "Helper-Method",
  "Lang",
  "Os",
  "Package-Version",
  "Poll-Helper",
  "Retry-Count",
  "Runtime",
  "Runtime-Version",
  "Timeout",
];
const ALLOWED_HEADERS = [
  "Authorization",
  "Content-Type",
  "User-Agent",
  "Accept",
  "X-Requested-With",
  "Openai-Beta",
  ...STAINLESS.map((name) => `X-Stainless-${name}`),
];

/** The answer to a CORS preflight. */
export function sendPreflight({ request, response }: Exchange, methods: readonly string[]): void {
  response.statusCode = 204;
  response.setHeader("Access-Control-Allow-Headers", ALLOWED_HEADERS.join(","));
  response.setHeader("Access-Control-Allow-Methods", "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS");
  response.setHeader("Access-Control-Allow-Origin", request.headers.origin ?? "*");
  response.setHeader("Access-Control-Max-Age", "43200");
  response.setHeader("Allow", methods.join(", "));
  const vary = ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"];
  response.setHeader("Vary", vary);
  response.setHeader("Date", new Date().toUTCString());
  response.removeHeader("Connection");
  response.end();
}
