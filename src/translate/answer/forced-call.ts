import type { CallDelta } from "../../upstream/delta.ts";
import { sliceJson } from "../../wire/json.ts";

const BEGINNING = /^\s*\{\s*"name"\s*:\s*"([^"\\]*)"\s*,\s*"arguments"\s*:\s*/;

/**
 * The call in an answer that was constrained to `{"name": …, "arguments": {…}}`. Of one that was cut
 * by its length, what there is of the arguments. Undefined when it is no such answer.
 */
export function readForcedCall(text: string, cut: boolean): CallDelta | undefined {
  if (isJson(text)) {
    const name = sliceJson(text, ["name"]);
    const input = sliceJson(text, ["arguments"]);
    if (name?.startsWith('"') !== true || input?.startsWith("{") !== true) return undefined;
    return { kind: "call", name: JSON.parse(name) as string, arguments: input, whole: true };
  }
  const beginning = cut ? BEGINNING.exec(text) : null;
  if (beginning?.[1] === undefined) return undefined;
  return { kind: "call", name: beginning[1], arguments: text.slice(beginning[0].length) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
