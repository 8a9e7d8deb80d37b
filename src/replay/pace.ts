/** When the pieces of a recorded body are written. */
export type Pace = "recorded" | "asap" | `gap:${number}ms` | `scale:${number}`;

const FORMS = /^(?:recorded|asap|gap:\d+(?:\.\d+)?ms|scale:\d+(?:\.\d+)?)$/;

/** Undefined when the text is none of the four forms. */
export function parsePace(text: string): Pace | undefined {
  return FORMS.test(text) ? (text as Pace) : undefined;
}

/** Milliseconds to wait before each chunk, given the recorded times of the chunks. */
export function delaysOf(pace: Pace, times: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    if (pace === "asap") return 0;
    if (pace.startsWith("gap:")) return index === 0 ? 0 : Number.parseFloat(pace.slice(4));
    const recorded = Math.max(0, (times[index] ?? 0) - (times[index - 1] ?? 0));
    return pace === "recorded" ? recorded : recorded * Number.parseFloat(pace.slice(6));
  });
}
