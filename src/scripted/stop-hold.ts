/** Looks for stop strings in text that comes in pieces. */
export interface StopHold {
  /** `send` is safe to pass on; `stopped` says that a stop string was found right after it. */
  push(text: string): { send: string; stopped: boolean };
  /** What was held because it might have become a stop string. */
  flush(): string;
}

export function createStopHold(stops: readonly string[]): StopHold {
  const wanted = stops.filter((stop) => stop !== "");
  let held = "";
  return {
    push(text) {
      held += text;
      const found = firstStop(held, wanted);
      if (found !== -1) {
        const send = held.slice(0, found);
        held = "";
        return { send, stopped: true };
      }
      const keep = Math.max(0, ...wanted.map((stop) => overlap(held, stop)));
      if (keep > 0) return { send: "", stopped: false };
      const send = held;
      held = "";
      return { send, stopped: false };
    },
    flush() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

function firstStop(text: string, stops: readonly string[]): number {
  const places = stops.map((stop) => text.indexOf(stop)).filter((place) => place !== -1);
  return places.length === 0 ? -1 : Math.min(...places);
}

/** How many characters at the end of `text` are the beginning of `word`. */
export function overlap(text: string, word: string): number {
  for (let length = Math.min(text.length, word.length); length > 0; length -= 1) {
    if (text.endsWith(word.slice(0, length))) return length;
  }
  return 0;
}
