/** One difference between two JSON values. */
export interface Difference {
  /** JSON pointer (RFC 6901). */
  pointer: string;
  /** `undefined` when the value is absent on that side. */
  recorded: unknown;
  got: unknown;
}

/** Differences between two JSON values, in order, none below another. */
export function diffJson(recorded: unknown, got: unknown, pointer = ""): Difference[] {
  if (Object.is(recorded, got)) return [];
  if (Array.isArray(recorded) && Array.isArray(got)) {
    const length = Math.max(recorded.length, got.length);
    return Array.from({ length }, (_, index) =>
      diffJson(recorded[index], got[index], `${pointer}/${index}`),
    ).flat();
  }
  if (isRecord(recorded) && isRecord(got)) {
    const keys = new Set([...Object.keys(recorded), ...Object.keys(got)]);
    return [...keys].flatMap((key) => diffJson(recorded[key], got[key], `${pointer}/${escapeKey(key)}`));
  }
  return [{ pointer, recorded, got }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function escapeKey(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

const SHOWN = 120;

/** A value for one line: JSON, cut around the first place where it differs from `other`. */
export function excerpt(value: unknown, other?: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  if (text.length <= SHOWN) return text;
  const against = other === undefined ? "" : JSON.stringify(other);
  let same = 0;
  while (same < text.length && text[same] === against[same]) same++;
  const from = Math.max(0, Math.min(same, text.length) - 40);
  return `${from > 0 ? "…" : ""}${text.slice(from, from + SHOWN)}${from + SHOWN < text.length ? "…" : ""}`;
}

/** `/messages/4/content  recorded "12 files"  got "13 files"` */
export function describeDifference({ pointer, recorded, got }: Difference): string {
  return `${pointer === "" ? "/" : pointer}  recorded ${excerpt(recorded, got)}  got ${excerpt(got, recorded)}`;
}
