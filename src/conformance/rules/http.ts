import { headerOf, showResponse } from "../exchange.ts";
import { conditionsOf, MATCH_PROPERTIES, mismatch } from "../match.ts";
import { valueAt } from "../path.ts";
import { complain, finding, rule, type RuleSet } from "./rule.ts";

const status = { anyOf: [{ type: "integer" }, { type: "array", items: { type: "integer" } }] };

/** Rules over the HTTP answer, whatever its route. */
export const HTTP_RULES: RuleSet = {
  /** The status, or one of them. */
  status: rule<number | number[]>(status, ({ exchange }, wanted) => {
    const allowed = [wanted].flat();
    return allowed.includes(exchange.response.status)
      ? []
      : [
          finding(
            `status is ${exchange.response.status}, not ${allowed.join(" or ")}`,
            showResponse(exchange.response),
          ),
        ];
  }),

  /** Any status under 500. */
  "status.no-server-error": rule<null>({ type: "null" }, ({ exchange }) =>
    exchange.response.status < 500
      ? []
      : [finding(`status is ${exchange.response.status}`, showResponse(exchange.response))],
  ),

  /** A response header against a match. */
  header: rule<{ name: string }>(
    {
      type: "object",
      required: ["name"],
      additionalProperties: false,
      properties: { name: { type: "string" }, ...MATCH_PROPERTIES },
    },
    ({ exchange }, args) =>
      complain(
        mismatch(headerOf(exchange.response, args.name), conditionsOf({ ...args })),
        `header ${args.name}`,
        showResponse(exchange.response, 0),
      ),
  ),

  /** The value at a path of the JSON body. */
  json: rule<{ at: string }>(
    {
      type: "object",
      required: ["at"],
      additionalProperties: false,
      properties: { at: { type: "string" }, ...MATCH_PROPERTIES },
    },
    ({ exchange }, args) =>
      complain(mismatch(valueAt(exchange.json, args.at), conditionsOf({ ...args })), args.at, exchange.text),
  ),

  /** The body as text. */
  body: rule<object>(
    { type: "object", additionalProperties: false, properties: MATCH_PROPERTIES },
    ({ exchange }, args) => complain(mismatch(exchange.text, args), "body", exchange.text),
  ),

  /** `content-length`, when given, counts the body. */
  "content-length.right": rule<null>({ type: "null" }, ({ exchange }) => {
    const stated = headerOf(exchange.response, "content-length");
    const real = exchange.response.body.length;
    return stated === undefined || Number(stated) === real
      ? []
      : [finding(`content-length is ${stated}, the body has ${real} bytes`, showResponse(exchange.response))];
  }),
};
