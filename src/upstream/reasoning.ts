import { asArray, asObject, asText, type JsonObject } from "./read.ts";

/**
 * The reasoning in a message or delta. Servers name it differently and some send it under two
 * names at once: the first name that holds something wins.
 */
export function readReasoning(message: JsonObject): string | undefined {
  return (
    asText(message["reasoning_content"]) ??
    asText(message["reasoning"]) ??
    readDetails(message["reasoning_details"]) ??
    asText(message["thinking"])
  );
}

/** OpenRouter's list form: `{type: "reasoning.text", text}` or `{type: "reasoning.summary", summary}`. */
function readDetails(details: unknown): string | undefined {
  const texts = asArray(details).map((detail) => {
    const entry = asObject(detail);
    return asText(entry?.["text"]) ?? asText(entry?.["summary"]) ?? "";
  });
  return asText(texts.join(""));
}
