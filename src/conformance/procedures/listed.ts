import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../../strict/finding.ts";
import { excerpt, listOf, recordOf, show, valueAt } from "../path.ts";
import type { Send } from "../send.ts";
import { procedure, type Procedure, type ProcedureContext } from "./procedure.ts";

interface Arguments {
  /** Models that are tried; default 3, the first of the list. */
  most?: number;
  /** Sends that go out only for models whose entry has `true` at a path. */
  only?: Record<string, string>;
}

/**
 * The first send asks for the list. The others go out once per model listed: `{id}` in the path is its id
 * percent-encoded, `{raw}` as it is, and a request may name it `{id}`. What comes back from a path must be
 * the entry of the list. Sends that name no model go out once.
 */
export const listed: Procedure<Arguments | null> = procedure(
  {
    type: ["object", "null"],
    additionalProperties: false,
    properties: {
      most: { type: "integer", minimum: 1 },
      only: { type: "object", additionalProperties: { type: "string" } },
    },
  },
  async (context, args) => {
    const [first, ...others] = context.sends;
    if (first === undefined) return [];
    const { exchange, findings } = await context.send(first);
    const entries = listOf(valueAt(exchange.json, "data")).slice(0, args?.most ?? 3);
    for (const send of others) {
      const meant = isOfModel(send) ? entries : [null];
      for (const entry of meant)
        if (isWanted(send, entry, args?.only)) findings.push(...(await sendOf(context, send, entry)));
    }
    return findings;
  },
);

function isOfModel({ path, request }: Send): boolean {
  return path.includes("{id}") || path.includes("{raw}") || request?.["model"] === "{id}";
}

function isWanted({ name }: Send, entry: unknown, only: Record<string, string> = {}): boolean {
  const path = only[name];
  return path === undefined || valueAt(entry, path) === true;
}

async function sendOf(context: ProcedureContext, send: Send, entry: unknown): Promise<Finding[]> {
  if (entry === null) return (await context.send(send)).findings;
  const id = show(recordOf(entry)["id"] ?? "");
  const path = send.path.replace("{id}", encodeURIComponent(id)).replace("{raw}", id);
  const request = send.request?.["model"] === "{id}" ? { ...send.request, model: id } : send.request;
  const { exchange, findings } = await context.send({
    ...send,
    name: `${send.name} of ${id}`,
    path,
    request,
  });
  if (path === send.path || isDeepStrictEqual(exchange.json, entry)) return findings;
  const evidence = excerpt(`${exchange.text}\n--- in the list\n${show(entry)}`);
  return [
    ...findings,
    { rule: "listed", message: `${path} is not what the list has`, evidence, severity: "error" },
  ];
}
