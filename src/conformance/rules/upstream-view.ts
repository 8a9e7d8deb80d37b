import type { Dialect } from "../../upstream/delta.ts";
import type { UpstreamCall } from "../exchange.ts";
import { listOf, recordOf, show } from "../path.ts";

/** One upstream message, read the same way in both dialects. */
export interface UpstreamMessage {
  role: string;
  /** Text parts joined by nothing; absent or null content is "". */
  text: string;
  /** Base64 of each image, in order. */
  images: string[];
  calls: { id: unknown; name: unknown; arguments: unknown }[];
  /** Id of the call that a tool message answers. */
  answers: unknown;
  reasoning: string;
}

/** The messages of an upstream chat request. */
export function upstreamMessages(call: UpstreamCall, dialect: Dialect): UpstreamMessage[] {
  return listOf(recordOf(call.json)["messages"]).map((message) => readMessage(recordOf(message), dialect));
}

/** Names of the tools the model is shown. */
export function upstreamTools(call: UpstreamCall): string[] {
  return listOf(recordOf(call.json)["tools"]).map((tool) =>
    show(recordOf(recordOf(tool)["function"])["name"]),
  );
}

function readMessage(message: Record<string, unknown>, dialect: Dialect): UpstreamMessage {
  const content = message["content"];
  const parts = Array.isArray(content) ? content.map(recordOf) : [];
  return {
    role: show(message["role"]),
    text: typeof content === "string" ? content : parts.map((part) => show(part["text"] ?? "")).join(""),
    images: dialect === "ollama" ? listOf(message["images"]).map(show) : parts.flatMap(imageOf),
    calls: listOf(message["tool_calls"]).map((one) => readCall(recordOf(one))),
    answers: message["tool_call_id"],
    reasoning: show(message["thinking"] ?? message["reasoning"] ?? message["reasoning_content"] ?? ""),
  };
}

function imageOf(part: Record<string, unknown>): string[] {
  const url = recordOf(part["image_url"])["url"];
  return typeof url === "string" ? [url.replace(/^data:[^,]*,/, "")] : [];
}

/** OpenAI carries arguments as JSON text, Ollama as an object: both are read as the value. */
function readCall(call: Record<string, unknown>): UpstreamMessage["calls"][number] {
  const fn = recordOf(call["function"]);
  return { id: call["id"], name: fn["name"], arguments: parsed(fn["arguments"]) };
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
