import { overlap } from "../stop-hold.ts";

const OPEN = "<think>";
const CLOSE = "</think>";

/** What a piece of model text holds after the thinking is taken out. */
interface Thought {
  thinking: string;
  content: string;
}

export interface ThinkReader {
  push(text: string): Thought;
}

type State = "before" | "opened" | "inside" | "closed" | "after";

/**
 * Takes thinking out of model text. It counts only at the very start of the answer; white space
 * right behind either tag is eaten, before the closing one it stays; a tag that is never closed
 * makes the whole answer thinking.
 *
 * Observed: chat-go-think, -thinkonly, -thinkopen, -textthink.
 */
export function createThinkReader(): ThinkReader {
  let state: State = "before";
  let held = "";

  function begin(): Thought {
    const text = held.trimStart();
    if (text.startsWith(OPEN)) {
      state = "opened";
      held = text.slice(OPEN.length);
      return open();
    }
    if (OPEN.startsWith(text)) return nothing();
    state = "after";
    return content(takeHeld());
  }

  function open(): Thought {
    held = held.trimStart();
    if (held === "") return nothing();
    state = "inside";
    return think();
  }

  function think(): Thought {
    const end = held.indexOf(CLOSE);
    if (end === -1) {
      const keep = overlap(held, CLOSE);
      const thinking = held.slice(0, held.length - keep);
      held = held.slice(held.length - keep);
      return { thinking, content: "" };
    }
    const thinking = held.slice(0, end);
    held = held.slice(end + CLOSE.length);
    state = "closed";
    return { thinking, content: close().content };
  }

  function close(): Thought {
    const rest = takeHeld().trimStart();
    if (rest !== "") state = "after";
    return content(rest);
  }

  function takeHeld(): string {
    const text = held;
    held = "";
    return text;
  }

  const read: Record<State, () => Thought> = {
    before: begin,
    opened: open,
    inside: think,
    closed: close,
    after: () => content(takeHeld()),
  };
  return {
    push(text) {
      held += text;
      return read[state]();
    },
  };
}

function nothing(): Thought {
  return { thinking: "", content: "" };
}

function content(text: string): Thought {
  return { thinking: "", content: text };
}
