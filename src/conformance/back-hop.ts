import { jsonOf } from "./json.ts";
import { startTap, type Tap, type TappedExchange } from "../replay/tap.ts";
import type { UpstreamCall } from "./exchange.ts";

/**
 * A tap before a model server, and what a bridge takes for the server's base URL.
 * @param rewrite changes a request's body behind what the tap keeps
 */
export async function tapBefore(
  baseUrl: string,
  rewrite?: (body: Uint8Array) => Uint8Array,
): Promise<{ back: Tap; baseUrl: string }> {
  const { origin, pathname } = new URL(baseUrl);
  const back = await startTap({ upstream: new URL(origin), hop: "back", ...(rewrite && { rewrite }) });
  return { back, baseUrl: `${back.url}${pathname.replace(/\/+$/, "")}` };
}

export function isChat({ path }: { path: string }): boolean {
  return /\/(api\/chat|chat\/completions)(\?|$)/.test(path);
}

/** The chat requests among what a tap saw, as the rules look at them. */
export function callsOf(back: readonly TappedExchange[] | null): UpstreamCall[] | null {
  return back?.filter(isChat).map(callOf) ?? null;
}

function callOf({ request, response, method, path }: TappedExchange): UpstreamCall {
  const body = textOf(request.body);
  return {
    method,
    path,
    headers: Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value])),
    body,
    json: jsonOf(body),
    closedBy: closedBy(response),
  };
}

function closedBy({ end, endAt }: TappedExchange["response"]): UpstreamCall["closedBy"] {
  if (endAt === null) return null;
  return end.startsWith("client-abort") ? "peer" : "server";
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
