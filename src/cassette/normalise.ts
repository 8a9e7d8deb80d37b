import { digestOf } from "./digest.ts";
import { FILLED } from "./filler.ts";
import { Aliases, normaliseText, TEXT_RULES, type Places, type TextRule } from "./normalise-text.ts";
import { SHAPE_RULES, type ShapeRule } from "./normalise-shape.ts";
import { headerOf, type RecordedRequest } from "./types.ts";
import { decodeUtf8 } from "./pieces.ts";

export type Rule = TextRule | ShapeRule;

/** Every rule, in the order of application: first the shape of the body, then its texts. */
export const RULES: readonly Rule[] = [...SHAPE_RULES, ...TEXT_RULES];

/** A request as it is compared. `hard` must be equal; `soft` may drift. */
export interface Canonical {
  hard: unknown;
  soft: Record<string, unknown>;
  digest: string;
}

/**
 * The canonical form of a request of either hop. Applied to both sides when they are compared and
 * never written to disk, so that a new rule works on old cassettes.
 */
export function canonicalRequest(
  request: RecordedRequest,
  places: Places,
  rules: readonly Rule[] = RULES,
): Canonical {
  const text = decodeUtf8(request.body) ?? Buffer.from(request.body).toString("base64");
  const soft: Record<string, unknown> = {};
  const beta = headerOf(request.headers, "anthropic-beta");
  if (beta !== undefined) soft["header anthropic-beta"] = beta;
  let body: unknown = parsed(text);
  for (const rule of rules) if ("shape" in rule) body = rule.shape(body, soft);
  const aliases = new Aliases();
  const texts = rules.filter((rule): rule is TextRule => "pattern" in rule);
  const clean = (value: string): string => normaliseText(value, places, texts, aliases);
  const hard = mapTexts(body, (value) => clean(value.replaceAll(FILLED, "[prose]")));
  const softened = mapTexts(soft, (value) => clean(value.replaceAll(FILLED, "[prose:$1]"))) as typeof soft;
  return { hard, soft: softened, digest: digestOf(hard) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Every string of a value, keys in alphabetical order, so that numbering does not depend on theirs. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, mapTexts(item, change)]));
}
