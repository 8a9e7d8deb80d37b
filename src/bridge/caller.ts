import { isIP } from "node:net";
import { ApiError } from "../messages/api-error.ts";
import { echo } from "../messages/check.ts";
import type { Headers } from "./front.ts";

/** Names that no public name server answers for, so no page can have one of them lead here. */
const LOCAL_NAME = /^(?:localhost|(?:[\w-]+\.)+(?:localhost|internal))$/;

/**
 * Refuses what a web page of another site has a browser send: a request with that site's `Origin`, and,
 * for a bridge that only this machine can reach, a `Host` that some name server made lead here (DNS
 * rebinding). Programs send no `Origin`, and the address they were given as `Host`. Throws ApiError 403.
 * @param boundTo the address that the bridge listens on
 */
export function checkCaller(headers: Headers, boundTo: string): void {
  const { host, origin } = headers;
  if (host !== undefined && isLoopback(boundTo) && !isLocal(host)) {
    throw refusal("host", host, "is no name of this machine; use 127.0.0.1 or localhost");
  }
  if (origin === undefined || isSameSite(origin, host)) return;
  throw refusal("origin", origin, "is another site; its pages may not use this bridge");
}

function refusal(header: string, value: string, why: string): ApiError {
  return new ApiError("permission_error", `${header}: ${echo(value)} ${why}`);
}

function isSameSite(origin: string, host: string | undefined): boolean {
  const url = URL.parse(origin);
  return url !== null && (url.host === host?.toLowerCase() || isLoopback(url.hostname));
}

function isLocal(host: string): boolean {
  const name = nameOf(host);
  return isIP(name) !== 0 || LOCAL_NAME.test(name);
}

function isLoopback(host: string): boolean {
  const name = nameOf(host);
  if (isIP(name) === 4) return name.startsWith("127.");
  return name === "::1" || /^(?:[\w-]+\.)*localhost$/.test(name);
}

/** Without port, brackets and the dot that may end a full name. */
function nameOf(host: string): string {
  const [, bracketed, plain = ""] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host.trim()) ?? [];
  return (bracketed ?? (plain === "" ? host : plain)).toLowerCase().replace(/\.$/, "");
}
