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
      ...complaint(
        new Set(values).size === count ? null : `has only ${new Set(values).size} values in ${count} answers`,
        distinct,
        values,
      ),
    ];
  },
);

function complaint(wrong: string | null, path: string, evidence: unknown): Finding[] {
  if (wrong === null) return [];
  return [
    { rule: "concurrent", message: `${path} ${wrong}`, evidence: excerpt(show(evidence)), severity: "error" },
  ];
}
