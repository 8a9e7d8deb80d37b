import { isBigNumber, stringifyJson } from "../../wire/json.ts";
import { isRecord, listOf, recordOf } from "../path.ts";
import { fitsSchema } from "./fits-schema.ts";
import { solid, type Said, type SaidCall } from "./said.ts";

/**
 * What the front says otherwise than the model server, in words; null: it is faithful. Allowed is what the
 * bridge says it does: white space at the edges, thinking in tags told apart or left out, an end at a stop
 * sequence, a call that stood in the text (its text is then gone), arguments repaired that the tool's own
 * schema refused, one call where one was asked for.
 */
export function unfaithful(front: Said, back: Said, request: unknown): string | null {
  return (
    callsDiffer(front, back, recordOf(request)) ??
    textDiffers(front, back) ??
    thinkingDiffers(front, back) ??
    endDiffers(front, back)
  );
}

function callsDiffer(front: Said, back: Said, request: Record<string, unknown>): string | null {
  const wanted = wantsOne(request) ? back.calls.slice(0, 1) : back.calls;
  const owed = isCut(back) ? wanted.filter(({ input }) => input !== undefined) : wanted;
  for (const [at, call] of owed.entries()) {
    const got = front.calls[at];
    if (got === undefined)
      return `the call of ${call.name} is missing: ${front.calls.length} of ${owed.length} arrived`;
    const wrong = callDiffers(got, call, toolsOf(request));
    if (wrong !== null) return wrong;
  }
  const invented = front.calls.slice(wanted.length).find((call) => !standsIn(back.text, call));
  return invented === undefined ? null : `the model server holds no call of ${invented.name}`;
}

function callDiffers(got: SaidCall, call: SaidCall, tools: ReadonlyMap<string, unknown>): string | null {
  // A name that the server could not take is another one there.
  if (got.name !== call.name && (!tools.has(got.name) || tools.has(call.name)))
    return `a call of ${call.name} became one of ${got.name}`;
  if (call.input === undefined || canonical(got.input ?? null) === canonical(call.input)) return null;
  const schema = tools.get(got.name);
  if (schema !== undefined && !fitsSchema(call.input, schema)) return null;
  return `the arguments of ${call.name} are others`;
}

function textDiffers(front: Said, back: Said): string | null {
  const [told, said] = [solid(front.text), solid(back.text)];
  if (told === said) return null;
  const untagged = solid(back.text.replace(/^\s*(?:<think>)?[\s\S]*?(?:<\/think>|$)/i, ""));
  if (/^\s*<\/?think>/i.test(back.text) && told === untagged) return null;
  const rest = /^\s*<\/?think>/i.test(back.text) ? untagged : said;
  if (front.finish === "stop_sequence" && rest.startsWith(told)) return null;
  if (front.calls.length > back.calls.length && rest.startsWith(told)) return null;
  const at = Array.from(told).findIndex((character, index) => character !== rest[index]);
  return `the text differs at character ${at === -1 ? told.length : at} (white space not counted)`;
}

function thinkingDiffers(front: Said, back: Said): string | null {
  return solid(back.thinking + back.text).includes(solid(front.thinking))
    ? null
    : "the thinking is another one";
}

function endDiffers(front: Said, back: Said): string | null {
  if (!isCut(back)) return front.finish === "max_tokens" ? "the answer was not cut by its length" : null;
  return front.finish === "end_turn" || front.finish === "tool_use"
    ? `the answer was cut by its length, and ${front.finish} hides it`
    : null;
}

function isCut({ finish }: Said): boolean {
  return finish === "length";
}

/** Salvaged: every text in the arguments stands in what the model wrote, as JSON or as it is. */
function standsIn(text: string, { name, input }: SaidCall): boolean {
  const written = solid(text);
  const isWritten = (value: string): boolean =>
    written.includes(solid(value)) || written.includes(solid(JSON.stringify(value).slice(1, -1)));
  return written.includes(name) && textsIn(input).every(isWritten);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isRecord(value) && !isBigNumber(value)
    ? Object.entries(value).flatMap(([key, one]) => [key, ...textsIn(one)])
    : [];
}

function wantsOne(request: Record<string, unknown>): boolean {
  return recordOf(request["tool_choice"])["disable_parallel_tool_use"] === true;
}

function toolsOf(request: Record<string, unknown>): Map<string, unknown> {
  return new Map(
    listOf(request["tools"])
      .filter(isRecord)
      .map(({ name, input_schema }) => [String(name), input_schema]),
  );
}

/** As text, keys in order: numbers that no double holds count as they are written. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isRecord(value) || isBigNumber(value)) return stringifyJson(value);
  const members = Object.keys(value).toSorted();
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}
