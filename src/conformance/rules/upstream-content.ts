import type { Dialect } from "../../upstream/delta.ts";
import { mismatch } from "../match.ts";
import { valueAt } from "../path.ts";
import { complain, finding, type RuleSet } from "./rule.ts";
import { onLast } from "./on-last.ts";
import { upstreamMessages } from "./upstream-view.ts";

const strings = { type: "array", items: { type: "string" } };

/** Where the limit of the output may stand. */
const LIMIT_FIELDS: Record<Dialect, readonly string[]> = {
  openai: ["max_tokens", "max_completion_tokens"],
  ollama: ["options.num_predict"],
};

/** Rules over the conversation that the model server was sent. */
export const UPSTREAM_CONTENT_RULES: RuleSet = {
  /** The roles of the messages, in order. */
  "upstream.roles": onLast<string[]>(strings, ({ dialect }, wanted, call) =>
    complain(
      mismatch(
        upstreamMessages(call, dialect).map(({ role }) => role),
        { equals: wanted },
      ),
      "the list of upstream roles",
      call.body,
    ),
  ),

  /** The role of the last message. */
  "upstream.last-role": onLast<string>({ type: "string" }, ({ dialect }, wanted, call) =>
    complain(
      mismatch(upstreamMessages(call, dialect).at(-1)?.role, wanted),
      "the last upstream role",
      call.body,
    ),
  ),

  /** Each of these texts stands in the messages once, in this order, whatever the messages are. */
  "upstream.texts-in-order": onLast<string[]>(strings, ({ dialect }, wanted, call) => {
    const all = upstreamMessages(call, dialect)
      .map(({ text }) => text)
      .join("\u0000");
    const places = wanted.map((text) => ({ text, at: all.indexOf(text), last: all.lastIndexOf(text) }));
    return places.flatMap(({ text, at, last }, index) => {
      if (at === -1) return [finding(`"${text}" did not reach the upstream`, call.body)];
      if (at !== last) return [finding(`"${text}" reached the upstream twice`, call.body)];
      return at < (places[index - 1]?.at ?? -1) ? [finding(`"${text}" came before its turn`, call.body)] : [];
    });
  }),

  /** The tool message that answers a call of the history, counted from 0 over all: its text, and the call's id. */
  "upstream.result": onLast<{ call: number; text: unknown }>(
    {
      type: "object",
      required: ["call", "text"],
      additionalProperties: false,
      properties: { call: { type: "integer" }, text: {} },
    },
    ({ dialect }, args, call) => {
      const messages = upstreamMessages(call, dialect);
      const id = messages.flatMap(({ calls }) => calls)[args.call]?.id;
      const result = messages.filter(({ role }) => role === "tool")[args.call];
      const what = `upstream result of call ${args.call}`;
      return [
        ...complain(mismatch(result?.text, args.text), what, call.body),
        ...(id === undefined
          ? []
          : complain(mismatch(result?.answers, { equals: id }), `${what}: its id`, call.body)),
      ];
    },
  ),

  /** How many images stand in all messages together: a number, or a match. */
  "upstream.images": onLast<unknown>({}, ({ dialect }, wanted, call) => {
    const images = upstreamMessages(call, dialect).flatMap((message) => message.images);
    return complain(mismatch(images.length, wanted), "number of images", call.body);
  }),

  /** No message is without text, image and call. */
  "upstream.no-empty-message": onLast<null>({ type: "null" }, ({ dialect }, _none, call) => {
    const index = upstreamMessages(call, dialect).findIndex(isEmpty);
    return index === -1 ? [] : [finding(`upstream messages.${index} is empty`, call.body)];
  }),

  /** The limit of the output, in the one field that the dialect reads: a number, or a match. */
  "upstream.limit": onLast<unknown>({}, ({ dialect }, wanted, call) => {
    const values = LIMIT_FIELDS[dialect].map((path) => valueAt(call.json, path)).filter(isGiven);
    if (values.length !== 1)
      return [finding(`the limit is given ${values.length} times, not once`, call.body)];
    return complain(mismatch(values[0], wanted), "the limit of the output", call.body);
  }),
};

function isGiven(value: unknown): boolean {
  return value !== undefined;
}

function isEmpty(message: ReturnType<typeof upstreamMessages>[number]): boolean {
  return (
    message.text === "" &&
    message.images.length === 0 &&
    message.calls.length === 0 &&
    message.role !== "tool"
  );
}
