import { createThinkReader } from "../engine/think-reader.ts";
import { overlap } from "../stop-hold.ts";

/** What a plain server streams; a call comes as its name, then its arguments in pieces. */
export type Fragment =
  | { type: "reasoning"; text: string }
  | { type: "content"; text: string }
  | { type: "call"; name: string }
  | { type: "arguments"; text: string };

export interface FragmentReader {
  push(text: string): Fragment[];
  /** What is still held at the end of an answer that stopped by itself. */
  end(): Fragment[];
}

const OPEN = "<tool_call>";
const CLOSE = "</tool_call>";
const HEADER = /^\s*\{\s*"name"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*"(?:arguments|parameters)"\s*:\s*/u;
const NAME = /^\s*\{\s*"name"\s*:\s*("(?:[^"\\]|\\.)*")/u;
/** What may belong to the end of a call: its last braces and the beginning of the closing tag. */
const TAIL = /[}\s]*(?:<[/a-z_]*)?$/u;

/**
 * Reads model text as a plain server with a Hermes parser does: text stays text before, between
 * and behind calls; arguments are passed on raw, valid or not.
 */
export function createFragmentReader(tools: boolean, thinking: boolean): FragmentReader {
  const think = thinking ? createThinkReader() : null;
  let state: "text" | "header" | "arguments" = "text";
  let held = "";

  function readText(out: Fragment[]): boolean {
    const at = tools ? held.indexOf(OPEN) : -1;
    const keepFrom = at === -1 ? held.length - (tools ? overlap(held, OPEN) : 0) : at;
    out.push({ type: "content", text: held.slice(0, keepFrom) });
    held = held.slice(at === -1 ? keepFrom : at + OPEN.length);
    if (at !== -1) state = "header";
    return at !== -1;
  }

  function readHeader(out: Fragment[]): boolean {
    const header = HEADER.exec(held);
    if (header !== null) {
      out.push({ type: "call", name: JSON.parse(header[1] ?? '""') as string });
      held = held.slice(header[0].length);
      state = "arguments";
      return true;
    }
    const close = held.indexOf(CLOSE);
    if (close === -1) return false;
    const name = NAME.exec(held)?.[1];
    if (name === undefined) out.push({ type: "content", text: OPEN + held.slice(0, close + CLOSE.length) });
    else out.push({ type: "call", name: JSON.parse(name) as string }, { type: "arguments", text: "{}" });
    held = held.slice(close + CLOSE.length);
    state = "text";
    return true;
  }

  function readArguments(out: Fragment[]): boolean {
    const close = held.indexOf(CLOSE);
    const end = close === -1 ? (TAIL.exec(held)?.index ?? held.length) : close;
    const text = close === -1 ? held.slice(0, end) : withoutOuterBrace(held.slice(0, end));
    out.push({ type: "arguments", text });
    held = held.slice(close === -1 ? end : close + CLOSE.length);
    if (close !== -1) state = "text";
    return close !== -1;
  }

  const steps = { text: readText, header: readHeader, arguments: readArguments };
  return {
    push(text) {
      const thought = think?.push(text) ?? { thinking: "", content: text };
      const out: Fragment[] = [{ type: "reasoning", text: thought.thinking }];
      held += thought.content;
      while (steps[state](out)) if (held === "") break;
      return out.filter((fragment) => fragment.type === "call" || fragment.text !== "");
    },
    end() {
      if (state === "header") return [{ type: "content", text: OPEN + held }];
      if (state === "arguments") return [{ type: "arguments", text: withoutOuterBrace(held) }];
      return held === "" ? [] : [{ type: "content", text: held }];
    },
  };
}

function withoutOuterBrace(text: string): string {
  return text.trimEnd().replace(/\}$/u, "");
}
