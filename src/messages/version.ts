/** The API versions whose rules differ. Source: https://docs.anthropic.com/en/api/versioning */
export type ApiVersion = "2023-06-01" | "2026-10-21";

/**
 * The rules for an `anthropic-version` header. Without one the older rules hold (the API itself
 * refuses that, gateways do not); an unknown date gets the newest rules known.
 */
export function apiVersion(header: string | null | undefined): ApiVersion {
  if (header === undefined || header === null || header === "") return "2023-06-01";
  return header === "2023-06-01" ? "2023-06-01" : "2026-10-21";
}
