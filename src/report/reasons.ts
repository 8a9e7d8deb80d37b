import type { CaseResult } from "../conformance/types.ts";
import { printable, wrap } from "./style.ts";

const WORDS = { skip: "skipped", degraded: "degraded", inconclusive: "inconclusive" } as const;

/**
 * Rows of one verdict by their reason: nothing is left out in silence.
 * @param named models whose rows stand apart, under their names
 */
export function reasonLines(
  cases: readonly CaseResult[],
  of: keyof typeof WORDS,
  width: number,
  named: readonly string[] = [],
): string[] {
  const groups = new Map<string, Set<string>>();
  for (const { verdict, reason, id, model } of cases) {
    if (verdict !== of) continue;
    const whose = named.includes(model) ? `${model}: ` : "";
    const title = `${WORDS[of]}, ${printable(whose + (reason ?? ""))}:`;
    groups.set(title, (groups.get(title) ?? new Set()).add(id));
  }
  const lines = [...groups].flatMap(([title, ids]) => [
    ...wrap(title, width),
    ...wrap([...ids].join(", "), width, "  "),
  ]);
  return lines.length === 0 ? [] : [...lines, ""];
}
