import { ApiError, invalidRequest } from "./api-error.ts";
import {
  at,
  type Fields,
  isAbsent,
  optional,
  requireArray,
  requireBoolean,
  requireFields,
  requireInteger,
  requireNumber,
  requireOneOf,
  requireString,
} from "./check.ts";
import { checkContextManagement } from "./validate-edits.ts";
import type { ApiVersion } from "./version.ts";

const FORBIDDEN = "Extra inputs are not permitted";

const DISPLAYS = ["summarized", "omitted", "updates"] as const;
const EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const;
const THINKING = ["enabled", "disabled", "adaptive", "between_tools"] as const;

/** Fields that change the answer and that a local model cannot give. Null and empty lists pass. */
const UNSUPPORTED: [field: string, why: string][] = [
  ["container", "code execution containers are not supported here; remove the field"],
  ["mcp_servers", "the MCP connector is not supported here; connect the server in the client"],
  ["fallback_credit_token", "fallbacks are not supported here; remove the field"],
  ["compaction", "server-side compaction is not supported here; compact in the client"],
];

/** Sampling left the API with version 2026-10-21: https://docs.anthropic.com/en/api/versioning */
const SAMPLING = ["temperature", "top_p", "top_k"] as const;

/** Everything beside model, messages, system and tools. Throws ApiError 400 naming the field. */
export function checkOptions(body: Fields, version: ApiVersion): void {
  requireInteger(body["max_tokens"], "max_tokens", 1);
  optional(body, "stream", "", requireBoolean);
  checkSampling(body, version);
  optional(body, "stop_sequences", "", checkStopSequences);
  optional(body, "metadata", "", (metadata, path) =>
    optional(requireFields(metadata, path), "user_id", path, requireString),
  );
  optional(body, "thinking", "", (thinking, path) => checkThinking(thinking, path, body));
  optional(body, "output_config", "", checkOutputConfig);
  optional(body, "output_format", "", checkFormat);
  optional(body, "context_management", "", checkContextManagement);
  refuseUnsupported(body);
}

function checkSampling(body: Fields, version: ApiVersion): void {
  for (const field of SAMPLING) {
    if (version !== "2023-06-01" && !isAbsent(body[field])) throw invalidRequest(field, FORBIDDEN);
  }
  optional(body, "temperature", "", (value, path) => requireNumber(value, path, 0, 1));
  optional(body, "top_p", "", (value, path) => requireNumber(value, path, 0, 1));
  optional(body, "top_k", "", (value, path) => requireInteger(value, path, 0));
}

function checkStopSequences(value: unknown, path: string): void {
  for (const [index, entry] of requireArray(value, path).entries()) {
    const sequence = requireString(entry, at(path, index));
    if (sequence.trim() === "") {
      throw invalidRequest(at(path, index), "each stop sequence must contain non-whitespace");
    }
  }
}

function checkThinking(value: unknown, path: string, body: Fields): void {
  const thinking = requireFields(value, path);
  const type = requireOneOf(thinking["type"], at(path, "type"), THINKING);
  optional(thinking, "display", path, (display, displayPath) => requireOneOf(display, displayPath, DISPLAYS));
  if (type !== "enabled") return;
  const budget = requireInteger(thinking["budget_tokens"], at(path, "budget_tokens"), 1024);
  if (budget >= Number(body["max_tokens"])) {
    throw invalidRequest(at(path, "budget_tokens"), "must be less than max_tokens");
  }
}

function checkOutputConfig(value: unknown, path: string): void {
  const config = requireFields(value, path);
  optional(config, "effort", path, (effort, effortPath) => requireOneOf(effort, effortPath, EFFORTS));
  optional(config, "format", path, checkFormat);
}

function checkFormat(value: unknown, path: string): void {
  const format = requireFields(value, path);
  requireOneOf(format["type"], at(path, "type"), ["json_schema"]);
  requireFields(format["schema"], at(path, "schema"));
}

function refuseUnsupported(body: Fields): void {
  if (!isAbsent(body["thread"])) {
    throw new ApiError(
      "invalid_request_error",
      "thread: threads are not supported here; send the whole conversation",
      { details: { error_code: "thread_unsupported_request" } },
    );
  }
  for (const [field, why] of UNSUPPORTED) {
    const value = body[field];
    if (!isAbsent(value) && !(Array.isArray(value) && value.length === 0)) throw invalidRequest(field, why);
  }
  const fallbacks = body["fallbacks"];
  if (isAbsent(fallbacks) || fallbacks === "default") return;
  throw invalidRequest("fallbacks", "other models to fall back to are not supported here; remove the field");
}
