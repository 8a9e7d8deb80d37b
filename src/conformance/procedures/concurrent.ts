import type { Finding } from "../../strict/finding.ts";
import { mismatch } from "../match.ts";
import { excerpt, show, valueAt } from "../path.ts";
import { procedure, type Procedure } from "./procedure.ts";

interface Arguments {
  count: number;
  /** Path of the message whose values must all differ. */
  distinct: string;
  /** Regular expression for each of them. */
  matches: string;
}

/** The case's sends in turn, `count` of them at the same moment. */
export const concurrent: Procedure<Arguments> = procedure(
  {
    type: "object",
    required: ["count", "distinct", "matches"],
    additionalProperties: false,
    properties: {
      count: { type: "integer", minimum: 2 },
      distinct: { type: "string" },
      matches: { type: "string" },
    },
  },
  async (context, { count, distinct, matches }) => {
    const { sends } = context;
    const chosen = Array.from({ length: count }, (_, index) => sends[index % sends.length]).filter(
      (send) => send !== undefined,
    );
    const results = await context.sendTogether(chosen);
    const values = results.map(({ exchange }) => valueAt(exchange.answer?.message, distinct));
    return [
      ...results.flatMap(({ findings }) => findings).slice(0, 3),
      ...values.flatMap((value) => complaint(mismatch(value, { matches }), distinct, value)).slice(0, 3),
      ...distinctness(values, distinct, `in ${count} answers`),
      ...distinctness(values.map(withoutClock), distinct, "once the digits of a clock are taken away"),
    ];
  },
);

function distinctness(values: readonly unknown[], path: string, where: string): Finding[] {
  const different = new Set(values).size;
  if (different === values.length) return [];
  return complaint(`has only ${different} values ${where}`, path, values);
}

/** Answers that begin in one millisecond are rare on a slow machine: an id made of the time shows here. */
function withoutClock(value: unknown): string {
  return show(value).replaceAll(/\d{10,}/g, "");
}

function complaint(wrong: string | null, path: string, evidence: unknown): Finding[] {
  if (wrong === null) return [];
  return [
    { rule: "concurrent", message: `${path} ${wrong}`, evidence: excerpt(show(evidence)), severity: "error" },
  ];
}
