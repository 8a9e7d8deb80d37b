import type { Split } from "../scripted/script.ts";
import type { Dialect } from "../upstream/delta.ts";
import type { AnswerItem, CaseSpec, Expectation, Saying, SendSpec, SuiteDefaults } from "./case.ts";

/** One concrete request of a case: every choice made, references to earlier answers still open. */
export interface Send {
  /** Name given in the case, or its position: `2`, `2.1`. */
  name: string;
  /** The mode when the client chooses one; null for a raw body or another route. */
  mode: "stream" | "json" | null;
  split: Split;
  method: string;
  path: string;
  headers: [string, string][];
  request: Record<string, unknown> | null;
  body: string | Uint8Array | null;
  answers: AnswerItem[][];
  /** The model's own words instead of answers. */
  says: Saying | null;
  expect: Expectation[];
}

const MESSAGES = "/v1/messages";

const BUILT_IN: Required<SuiteDefaults> = {
  request: { model: "scripted", max_tokens: 64, messages: [{ role: "user", content: "Hello" }] },
  headers: { "content-type": "application/json", "anthropic-version": "2023-06-01" },
  answer: [{ text: ["Hello", " there."] }],
  mode: "json",
};

/** All sends of a case over one upstream, in order: `each` × mode × split. */
export function expandSends(spec: CaseSpec, defaults: SuiteDefaults, dialect: Dialect): Send[] {
  const base: Required<SuiteDefaults> = {
    ...BUILT_IN,
    ...defaults,
    headers: { ...BUILT_IN.headers, ...defaults.headers },
    request: { ...BUILT_IN.request, ...defaults.request, ...spec.request },
    answer: spec.answer ?? defaults.answer ?? BUILT_IN.answer,
  };
  return flatten(spec.sends ?? [])
    .filter(({ send }) => send.only === undefined || send.only === dialect)
    .flatMap(({ send, name }) =>
      modesOf(send, base).flatMap((mode) =>
        (send.splits ?? ["line" as const]).map((split) => concrete({ send, name, mode, split }, spec, base)),
      ),
    );
}

/** Whether the model itself speaks in a send of the case: what is made of it depends on the engine's mode. */
export function dependsOnMode(spec: CaseSpec): boolean {
  return flatten(spec.sends ?? []).some(({ send }) => send.says !== undefined);
}

interface Named {
  send: SendSpec;
  name: string;
}

/** `each` laid over its send, key by key; `request` and `headers` one level deeper. */
function flatten(sends: readonly SendSpec[], prefix = ""): Named[] {
  return sends.flatMap((send, index) => {
    const name = send.name ?? `${prefix}${index + 1}`;
    const { each, ...base } = send;
    if (each === undefined) return [{ send, name }];
    const variants = each.map((variant) => ({
      ...base,
      name: undefined,
      ...variant,
      request: { ...base.request, ...variant.request },
      headers: { ...base.headers, ...variant.headers },
      expect: [...(base.expect ?? []), ...(variant.expect ?? [])],
    }));
    return flatten(variants as SendSpec[], `${name}.`);
  });
}

function modesOf(send: SendSpec, base: Required<SuiteDefaults>): Send["mode"][] {
  const chosen = (send.path ?? MESSAGES).split("?")[0] === MESSAGES && send.body === undefined;
  if (
    !chosen ||
    (send.method ?? "POST") !== "POST" ||
    (send.request !== undefined && "stream" in send.request)
  )
    return [null];
  const mode = send.mode ?? base.mode;
  return mode === "both" ? ["json", "stream"] : [mode];
}

interface Choice extends Named {
  mode: Send["mode"];
  split: Split;
}

function concrete(choice: Choice, spec: CaseSpec, base: Required<SuiteDefaults>): Send {
  const { send, name, mode, split } = choice;
  const method = send.method ?? "POST";
  const bare = method === "GET" || method === "HEAD" || method === "OPTIONS";
  return {
    name,
    mode,
    split,
    method,
    path: send.path ?? MESSAGES,
    headers: headersOf({ ...base.headers, ...send.headers }),
    request: send.body === undefined && !bare ? requestOf(send, mode, base) : null,
    body: bodyOf(send.body),
    answers: send.says === undefined ? (send.answers ?? [send.answer ?? base.answer]) : [],
    says: send.says ?? null,
    expect: [...(spec.expect ?? []), ...(send.expect ?? [])],
  };
}

function headersOf(headers: Record<string, string | string[] | null>): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((one): [string, string] => [name, expandText(one)]),
  );
}

function requestOf(
  send: SendSpec,
  mode: Send["mode"],
  base: Required<SuiteDefaults>,
): Record<string, unknown> {
  const request = { ...base.request, ...send.request };
  for (const key of send.omit ?? []) delete request[key];
  return mode === "stream" ? { ...request, stream: true } : request;
}

function bodyOf(body: SendSpec["body"]): string | Uint8Array | null {
  if (body === undefined) return null;
  return typeof body === "string" ? expandText(body) : Buffer.from(body.b64, "base64");
}

/** `<<repeat:TEXT:COUNT>>` stands for the text so many times; `{n}` in it counts from 0. */
export function expandText(text: string): string {
  if (!text.includes("<<repeat:")) return text;
  return text.replaceAll(/<<repeat:(.*?):(\d+)>>/gs, (_all, word: string, count: string) =>
    word.includes("{n}")
      ? Array.from({ length: Number(count) }, (_, n) => word.replaceAll("{n}", String(n))).join("")
      : word.repeat(Number(count)),
  );
}
