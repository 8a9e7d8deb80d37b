import { ApiError } from "../messages/api-error.ts";
import { UpstreamBroken } from "./upstream-body.ts";
import { UpstreamUnreachable } from "./upstream-client.ts";

const CONNECT_TIMEOUTS = new Set(["UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT"]);

/**
 * A transport fault in the API's words: 504 for what took too long, 502 for everything else. Only
 * codes are shown, never an address.
 */
export function transportError(error: UpstreamUnreachable | UpstreamBroken): ApiError {
  if (error instanceof UpstreamUnreachable) {
    return CONNECT_TIMEOUTS.has(error.code)
      ? new ApiError("timeout_error", `The model server did not accept a connection in time (${error.code})`)
      : new ApiError("api_error", `The model server cannot be reached (${error.code})`, { status: 502 });
  }
  if (error.timedOut) return new ApiError("timeout_error", "The model server has been silent for too long");
  return new ApiError("api_error", `The model server's answer was cut off (${error.code})`, { status: 502 });
}

export function isTransportFault(error: unknown): error is UpstreamUnreachable | UpstreamBroken {
  return error instanceof UpstreamUnreachable || error instanceof UpstreamBroken;
}
