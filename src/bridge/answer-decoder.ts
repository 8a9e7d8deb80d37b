import { ApiError } from "../messages/api-error.ts";
import { decoder } from "../upstream/decoder.ts";
import type { Dialect, UpstreamDecoder } from "../upstream/delta.ts";

/** The decoder for an answer of status 200. Throws ApiError 502 for a page or a picture. */
export function answerDecoder(dialect: Dialect, contentType: string | undefined): UpstreamDecoder {
  const type = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "text/html" || /^(?:image|audio|video)\//.test(type)) {
    throw new ApiError("api_error", `The model server answered with ${type}: check its base URL`, {
      status: 502,
      headers: { "x-should-retry": "false" },
    });
  }
  return decoder(dialect);
}
