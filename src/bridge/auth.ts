import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "../messages/api-error.ts";
import type { Headers } from "./front.ts";

/**
 * Checks the client's credential: `x-api-key`, else `Authorization: Bearer`. With both, `x-api-key`
 * decides, as on the real API. Throws ApiError 401.
 */
export function checkCredential(headers: Headers, token: string | null): void {
  if (token === null) return;
  const given = headers["x-api-key"] ?? bearer(headers["authorization"]);
  if (given === undefined) {
    throw new ApiError("authentication_error", "x-api-key: a credential is required (x-api-key or Bearer)");
  }
  if (!sameSecret(given, token))
    throw new ApiError("authentication_error", "invalid x-api-key or bearer token");
}

function bearer(authorization: string | undefined): string | undefined {
  return /^bearer\s+(.+)$/i.exec(authorization ?? "")?.[1]?.trim();
}

/** Compares in a time that does not depend on where the two differ. */
function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
