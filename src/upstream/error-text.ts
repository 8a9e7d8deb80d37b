import { asArray, asCount, asObject, asText } from "./read.ts";

export interface ErrorText {
  message: string;
  /** HTTP status named inside the error, when there is one. */
  status?: number;
  type?: string;
  /** llama.cpp counts a prompt that does not fit. */
  tokens?: { prompt: number; limit: number };
}

/**
 * What an error object says. Known shapes: `{error: {message, type, code}}`, `{error: "text"}` (whose
 * text may again be a JSON error: Ollama passes its runner's on as a string), `{detail}` of FastAPI,
 * `{object: "error", message}` of vLLM, `{errors: [{message}]}`, and a list of any of them.
 * Undefined when it is not an error.
 */
export function readErrorObject(json: unknown): ErrorText | undefined {
  if (Array.isArray(json)) return readErrorObject(json[0]);
  const body = asObject(json);
  if (body === undefined) return undefined;
  const error = body["error"];
  if (typeof error === "string" && error !== "") return unwrap(error);
  const inner = asObject(error);
  if (inner !== undefined) return describe(inner) ?? { message: JSON.stringify(inner) };
  const listed = asArray(body["errors"]).map(asObject)[0];
  if (listed !== undefined) return describe(listed);
  if (body["object"] === "error" || body["type"] === "error") return describe(body);
  return readDetail(body["detail"]);
}

/** A text that may itself be the JSON of an error. */
function unwrap(text: string): ErrorText {
  if (text.trimStart().startsWith("{")) {
    try {
      const nested = readErrorObject(JSON.parse(text));
      if (nested !== undefined) return nested;
    } catch {
      return { message: text };
    }
  }
  return { message: text };
}

function describe(error: Record<string, unknown>): ErrorText | undefined {
  const text = asText(error["message"]) ?? asText(error["msg"]) ?? asText(error["error"]);
  if (text === undefined) return undefined;
  const found = unwrap(text);
  const code = error["code"] ?? error["status"];
  const type = asText(error["type"]) ?? (typeof code === "string" ? code : undefined);
  const status = Number(code);
  if (found.type === undefined && type !== undefined) found.type = type;
  if (found.status === undefined && Number.isInteger(status) && status >= 400 && status < 600)
    found.status = status;
  const prompt = asCount(error["n_prompt_tokens"]);
  const limit = asCount(error["n_ctx"]);
  if (prompt !== undefined && limit !== undefined) found.tokens = { prompt, limit };
  return found;
}

/** FastAPI's `detail`: a text, an error, or a list of validation problems. */
function readDetail(detail: unknown): ErrorText | undefined {
  if (typeof detail === "string" && detail !== "") return unwrap(detail);
  const problem = asObject(asArray(detail)[0]) ?? asObject(detail);
  if (problem === undefined) return undefined;
  const where = asArray(problem["loc"]).join(".");
  const text = describe(problem);
  return text === undefined || where === "" ? text : { ...text, message: `${where}: ${text.message}` };
}
