import { ALIAS } from "./detectors.ts";
import { slugOf } from "./slug.ts";

/** Folder names as they stand in the text that is compared. */
export interface Places {
  home: string | null;
  cwd: string | null;
}

/** A span of text that differs from run to run and means nothing. */
export interface TextRule {
  id: string;
  /** `alias`: the same span has the same number, by first appearance; `drop`: it is taken away. */
  class: "alias" | "drop";
  why: string;
  pattern(places: Places): RegExp | null;
}

const constant = (pattern: RegExp) => (): RegExp => pattern;
const MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*";

/** Claude Code 2.1.330: what varies between two runs of one session (claude-code.md §6.2). */
export const TEXT_RULES: readonly TextRule[] = [
  {
    id: "billing",
    class: "drop",
    why: "carries a fingerprint of the first prompt, and more on other base URLs",
    pattern: constant(/x-anthropic-billing-header:.*/gs),
  },
  {
    id: "git",
    class: "drop",
    why: "branch, status and commits of the folder",
    pattern: constant(/gitStatus:.*/gs),
  },
  {
    id: "total-tokens",
    class: "drop",
    why: "counts down with the usage reported",
    pattern: constant(/\s*<total_tokens>[^<]*<\/total_tokens>/g),
  },
  {
    id: "nudge-newline",
    class: "drop",
    why: "a repeated request gets a line end at an earlier text",
    pattern: constant(/\n+$/g),
  },
  {
    id: "cwd",
    class: "alias",
    why: "the folder, in plain and in slug form",
    pattern: ({ cwd }) => placePattern(cwd),
  },
  {
    id: "home",
    class: "alias",
    why: "HOME, in plain and in slug form",
    pattern: ({ home }) => placePattern(home),
  },
  {
    id: "scratch",
    class: "alias",
    why: "a temporary folder of the session",
    pattern: constant(/\/(?:private\/)?(?:tmp|var\/folders)\/claude[^\s"'`)]*/g),
  },
  {
    id: "date",
    class: "alias",
    why: "the day of the run",
    pattern: constant(
      new RegExp(String.raw`\b20\d\d-\d\d-\d\d(?:T[\d:.]+Z?)?\b|\b${MONTH} \d{1,2},? 20\d\d\b`, "g"),
    ),
  },
  {
    id: "os",
    class: "alias",
    why: "kernel, platform and shell of the machine",
    pattern: constant(/(?<=\b(?:OS Version|Platform|Shell): ).*/g),
  },
  {
    id: "uuid",
    class: "alias",
    why: "session and message ids",
    pattern: constant(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g),
  },
  {
    id: "tool-id",
    class: "alias",
    why: "minted by whoever answers",
    pattern: constant(/\b(?:srvtoolu|toolu|call|msg)_[A-Za-z0-9_-]+/g),
  },
  { id: "agent", class: "alias", why: "a sub-agent's random id", pattern: constant(/\ba[0-9a-f]{16}\b/g) },
  {
    id: "duration",
    class: "alias",
    why: "how long a sub-agent or tool took",
    pattern: constant(/(?<=\bduration_ms(?:: |>))\d+/g),
  },
  {
    id: "agent-tokens",
    class: "alias",
    why: "usage of a sub-agent",
    pattern: constant(/(?<=\b(?:total|subagent)_tokens(?:: |>))\d+/g),
  },
  {
    id: "persisted",
    class: "alias",
    why: "random name of a file that holds long output",
    pattern: constant(/(?<=\/tool-results\/)[A-Za-z0-9_-]+(?=\.txt)/g),
  },
  {
    id: "secret",
    class: "alias",
    why: "stand-ins are as long as what they stand for",
    pattern: constant(ALIAS),
  },
];

function placePattern(path: string | null): RegExp | null {
  if (path === null) return null;
  const forms = [path, slugOf(path)].map((form) => form.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`(?:${forms.join("|")})(?![A-Za-z0-9_])`, "g");
}

/** Numbers spans by first appearance, over all the texts of one request. */
export class Aliases {
  readonly #seen = new Map<string, number>();

  name(kind: string, span: string): string {
    const key = `${kind} ${span}`;
    const n =
      this.#seen.get(key) ??
      [...this.#seen.keys()].filter((other) => other.startsWith(`${kind} `)).length + 1;
    this.#seen.set(key, n);
    return `<${kind}#${n}>`;
  }
}

export function normaliseText(
  text: string,
  places: Places,
  rules: readonly TextRule[] = TEXT_RULES,
  aliases: Aliases = new Aliases(),
): string {
  let result = text;
  for (const rule of rules) {
    const pattern = rule.pattern(places);
    if (pattern === null) continue;
    result = result.replaceAll(pattern, (span) => {
      if (rule.class === "drop") return "";
      return rule.id === "cwd" || rule.id === "home" ? `<${rule.id}>` : aliases.name(rule.id, span);
    });
  }
  return result;
}
