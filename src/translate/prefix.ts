import { parseJson, sliceJson, stringifyJson } from "../wire/json.ts";
import { estimateText } from "./estimate.ts";

/** What of an earlier request's prompt a model server cannot use again. */
export interface PrefixReport {
  /** Messages at the beginning of both, byte for byte. */
  kept: number;
  /** The tools differ. Nearly every chat template renders them in front of all messages. */
  toolsChanged: boolean;
  /** Null when the earlier messages are the beginning of the later ones. */
  broken: {
    /** Index in the upstream's `messages`. */
    message: number;
    /** Offset of the first difference within the message's JSON, in UTF-16 units. */
    byte: number;
  } | null;
  /** Tokens of the earlier prompt that have to be read again, roughly; 0 when nothing is lost. */
  tokensLost: number;
}

/** Compares the bodies of two upstream requests of one conversation, the earlier one first. */
export function prefixReport(previousBody: string, nextBody: string): PrefixReport {
  const previous = messagesOf(previousBody);
  const next = messagesOf(nextBody);
  const toolsChanged = toolsOf(previousBody) !== toolsOf(nextBody);
  const at = previous.findIndex((message, n) => message !== next[n]);
  const kept = at === -1 ? previous.length : at;
  // A shorter list that is the beginning of the longer one takes nothing back.
  const broken = at === -1 || at >= next.length ? null : breakAt(at, previous[at] ?? "", next[at] ?? "");
  return { kept, toolsChanged, broken, tokensLost: lost() };

  function lost(): number {
    if (toolsChanged) return estimateText(toolsOf(previousBody) + previous.join(""));
    if (broken === null) return 0;
    return estimateText(
      (previous[broken.message] ?? "").slice(broken.byte) + previous.slice(kept + 1).join(""),
    );
  }
}

function breakAt(message: number, one: string, other: string): { message: number; byte: number } {
  let byte = 0;
  while (byte < one.length && one[byte] === other[byte]) byte++;
  return { message, byte };
}

function messagesOf(body: string): string[] {
  const messages = (parseJson(body) as { messages?: unknown[] }).messages ?? [];
  return messages.map(stringifyJson);
}

function toolsOf(body: string): string {
  return sliceJson(body, ["tools"]) ?? "";
}
