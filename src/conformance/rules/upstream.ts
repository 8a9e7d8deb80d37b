import { isDeepStrictEqual } from "node:util";
import type { Dialect } from "../../upstream/delta.ts";
import { sliceJson } from "../../wire/json.ts";
import type { UpstreamCall } from "../exchange.ts";
import { conditionsOf, MATCH_PROPERTIES, mismatch } from "../match.ts";
import { show, valueAt } from "../path.ts";
import { complain, earlierNamed, finding, rule, STRINGS, type RuleSet } from "./rule.ts";
import { onLast } from "./on-last.ts";
import { upstreamMessages, upstreamTools, type UpstreamMessage } from "./upstream-view.ts";

const place = {
  anyOf: [
    { type: "string" },
    {
      type: "object",
      additionalProperties: false,
      properties: { openai: { type: "string" }, ollama: { type: "string" } },
    },
  ],
};

interface MessageWanted {
  role?: unknown;
  text?: unknown;
  /** Number of images, or a match on the list of their base64 texts. */
  images?: unknown;
  calls?: { id?: unknown; name?: unknown; arguments?: unknown }[];
  answers?: unknown;
  reasoning?: unknown;
}

/**
 * Rules over what reached the model server. Without a view of it (a foreign target whose upstream
 * is not ours) they say nothing. They look at the last chat request that the send caused.
 */
export const UPSTREAM_RULES: RuleSet = {
  /** How many chat requests the send caused: a number, or a match. */
  "upstream.requests": rule<unknown>({}, ({ exchange }, wanted) =>
    exchange.upstream === null
      ? []
      : complain(
          mismatch(exchange.upstream.length, wanted),
          "number of upstream requests",
          bodies(exchange.upstream),
        ),
  ),

  /** The value at a path of the request's JSON; the path may differ per dialect (absent: not judged). */
  "upstream.value": onLast<{ at: string | Partial<Record<Dialect, string>> }>(
    {
      type: "object",
      required: ["at"],
      additionalProperties: false,
      properties: { at: place, ...MATCH_PROPERTIES },
    },
    ({ dialect }, { at, ...args }, call) => {
      const path = typeof at === "string" ? at : at[dialect];
      if (path === undefined) return [];
      return complain(mismatch(valueAt(call.json, path), conditionsOf(args)), `upstream ${path}`, call.body);
    },
  ),

  /** All messages in order; of each, the keys that are given are compared. */
  "upstream.messages": onLast<MessageWanted[]>(
    {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        properties: { role: {}, text: {}, images: {}, calls: { type: "array" }, answers: {}, reasoning: {} },
      },
    },
    ({ dialect }, wanted, call) => {
      const messages = upstreamMessages(call, dialect);
      if (messages.length !== wanted.length) {
        const roles = messages.map(({ role }) => role).join(", ");
        return [
          finding(`upstream got ${messages.length} messages (${roles}), not ${wanted.length}`, call.body),
        ];
      }
      return wanted.flatMap((one, index) => messageFindings(messages[index], one, index, call));
    },
  ),

  /** The names of the tools, in order; [] when there are none. */
  "upstream.tools": onLast<string[]>({ type: "array", items: { type: "string" } }, (_context, wanted, call) =>
    complain(mismatch(upstreamTools(call), { equals: wanted }), "upstream tools", call.body),
  ),

  /** The last request equals, as JSON, the one an earlier send caused. */
  "upstream.same-as": onLast<string>({ type: "string" }, (context, name, call) => {
    const other = earlierNamed(context, name)?.upstream?.at(-1);
    if (other === undefined) return [finding(`there is no earlier upstream request of "${name}"`, call.body)];
    return isDeepStrictEqual(other.json, call.json)
      ? []
      : [
          finding(
            `the upstream request differs from that of "${name}"`,
            `${call.body}\n--- ${name}\n${other.body}`,
          ),
        ];
  }),

  /** The messages begin, byte for byte, with those of an earlier send's request: a model server's cache lives from that. */
  "upstream.extends": onLast<string>({ type: "string" }, (context, name, call) => {
    const other = earlierNamed(context, name)?.upstream?.at(-1);
    if (other === undefined) return [finding(`there is no earlier upstream request of "${name}"`, call.body)];
    const [longer, shorter] = [call.body, other.body].map((body) =>
      sliceJson(body, ["messages"])?.slice(0, -1),
    );
    return longer !== undefined && shorter !== undefined && longer.startsWith(shorter)
      ? []
      : [
          finding(
            `the upstream messages do not begin with those of "${name}"`,
            `${call.body}\n--- ${name}\n${other.body}`,
          ),
        ];
  }),

  /** The request's JSON text contains each of these. */
  "upstream.contains": onLast<string | string[]>(STRINGS, (_context, wanted, call) =>
    complain(mismatch(call.body, { contains: wanted }), "the upstream request", call.body),
  ),

  /** No upstream request of this send contains any of these, in its headers or its body. */
  "upstream.lacks": rule<string | string[]>(STRINGS, ({ exchange }, wanted) =>
    (exchange.upstream ?? []).flatMap((call) =>
      complain(
        mismatch(`${JSON.stringify(call.headers)}\n${call.body}`, { lacks: wanted }),
        "the upstream request",
        call.body,
      ),
    ),
  ),

  /** The top-level keys of the request, and no others, per dialect. */
  "upstream.keys": onLast<Record<Dialect, string[]>>(
    {
      type: "object",
      required: ["openai", "ollama"],
      additionalProperties: { type: "array", items: { type: "string" } },
    },
    ({ dialect }, allowed, call) => {
      const extra = Object.keys(call.json ?? {}).filter((key) => !allowed[dialect].includes(key));
      return extra.length === 0 ? [] : [finding(`upstream got ${extra.join(", ")}`, call.body)];
    },
  ),

  /** A header of the upstream request against a match. */
  "upstream.header": onLast<{ name: string }>(
    {
      type: "object",
      required: ["name"],
      additionalProperties: false,
      properties: { name: { type: "string" }, ...MATCH_PROPERTIES },
    },
    (_context, args, call) =>
      complain(
        mismatch(call.headers[args.name.toLowerCase()], conditionsOf({ ...args })),
        `upstream header ${args.name}`,
        show(call.headers),
      ),
  ),
};

function messageFindings(
  message: UpstreamMessage | undefined,
  wanted: MessageWanted,
  index: number,
  call: UpstreamCall,
): ReturnType<typeof complain> {
  const { calls, images, ...rest } = wanted;
  const where = `upstream messages.${index}`;
  const plain = Object.entries(rest).flatMap(([key, value]) =>
    complain(mismatch(message?.[key as keyof UpstreamMessage], value), `${where} ${key}`, call.body),
  );
  const pictures =
    typeof images === "number"
      ? complain(mismatch(message?.images.length, images), `${where} number of images`, call.body)
      : images === undefined
        ? []
        : complain(mismatch(message?.images, images), `${where} images`, call.body);
  return [...plain, ...pictures, ...(calls === undefined ? [] : callFindings(message, calls, where, call))];
}

function callFindings(
  message: UpstreamMessage | undefined,
  wanted: NonNullable<MessageWanted["calls"]>,
  where: string,
  call: UpstreamCall,
): ReturnType<typeof complain> {
  const found = message?.calls ?? [];
  if (found.length !== wanted.length)
    return [finding(`${where} has ${found.length} tool calls, not ${wanted.length}`, call.body)];
  return wanted.flatMap((one, index) =>
    Object.entries(one).flatMap(([key, value]) =>
      complain(
        mismatch(found[index]?.[key as "id" | "name" | "arguments"], value),
        `${where} call ${index} ${key}`,
        call.body,
      ),
    ),
  );
}

function bodies(calls: readonly UpstreamCall[]): string {
  return calls.map(({ method, path, body }) => `${method} ${path} ${body}`).join("\n");
}
