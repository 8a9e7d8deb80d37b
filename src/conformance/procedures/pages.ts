import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../../strict/finding.ts";
import { excerpt, listOf, recordOf, show, valueAt } from "../path.ts";
import { procedure, type Procedure, type ProcedureContext } from "./procedure.ts";

/** Pages after which a walk that does not end is given up. */
const MOST_PAGES = 200;

/**
 * The first send asks for the whole list. Then it is walked page by page, forwards and backwards, with a
 * limit of one: each entry must come exactly once, and the walk must end. The other sends go out as they are.
 */
export const pages: Procedure<null> = procedure({ type: "null" }, async (context) => {
  const [first, ...others] = context.sends;
  if (first === undefined) return [];
  const { exchange, findings } = await context.send(first);
  const all = idsOf(exchange.json);
  findings.push(...(await walk(context, "after_id", all)), ...(await walk(context, "before_id", all)));
  for (const send of others) findings.push(...(await context.send(send)).findings);
  return findings;
});

/** A target that ignores the limit has said all with its first page, and may. */
async function walk(
  context: ProcedureContext,
  cursor: "after_id" | "before_id",
  all: readonly string[],
): Promise<Finding[]> {
  const forwards = cursor === "after_id";
  const seen: string[] = forwards ? [] : all.slice(-1);
  let at = forwards ? "" : `&before_id=${encodeURIComponent(seen[0] ?? "")}`;
  for (let page = 0; page < MOST_PAGES; page++) {
    const [send] = context.expand([
      {
        name: `${cursor} ${page}`,
        method: "GET",
        path: `/v1/models?limit=1${at}`,
        expect: [{ status: 200 }],
      },
    ]);
    if (send === undefined) return [];
    const { exchange, findings } = await context.send(send);
    if (findings.length > 0) return findings;
    const ids = idsOf(exchange.json);
    if (page === 0 && isSame(ids, all)) return [];
    if (forwards) seen.push(...ids);
    else seen.unshift(...ids);
    const { has_more: more, first_id: firstId, last_id: lastId } = recordOf(exchange.json);
    if (more !== true || ids.length === 0) return compared(seen, all, cursor);
    at = `&${cursor}=${encodeURIComponent(show(forwards ? lastId : firstId))}`;
  }
  return [wrong(`${cursor}: after ${MOST_PAGES} pages there is still more`, seen)];
}

function compared(seen: readonly string[], all: readonly string[], cursor: string): Finding[] {
  if (isSame(seen, all)) return [];
  return [wrong(`${cursor}: page by page the list is another`, [...seen, "--- at once", ...all])];
}

/** In any order: that of a list is the target's own affair. */
function isSame(some: readonly string[], others: readonly string[]): boolean {
  return isDeepStrictEqual(some.toSorted(), others.toSorted());
}

function wrong(message: string, ids: readonly string[]): Finding {
  return { rule: "pages", message, evidence: excerpt(ids.join("\n")), severity: "error" };
}

function idsOf(json: unknown): string[] {
  return listOf(valueAt(json, "data")).map((entry) => show(recordOf(entry)["id"]));
}
