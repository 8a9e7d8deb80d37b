import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitBytes } from "../wire/chunks.ts";
import type { Dialect, UpstreamDelta } from "./delta.ts";
import { decoder } from "./decoder.ts";
import { LineTemplate } from "./line-template.ts";
import { readLine } from "./ollama/line.ts";

const at = (n: number): string => `2026-01-01T00:00:00.${n}Z`;
const ollama = (message: object, n = 1): string =>
  JSON.stringify({ model: "m", created_at: at(n), message: { role: "assistant", ...message }, done: false });
const openAi = (delta: object, extra: object = {}): string =>
  JSON.stringify({ id: "c", created: 1, choices: [{ index: 0, delta, finish_reason: null }], ...extra });

const FRAMING = { before: "<", after: ">\n", free: '"created_at":"' };

/** What a template makes of a line in the middle of a text. */
function match(template: LineTemplate, line: string): UpstreamDelta | null {
  const before = "before it";
  return template.match(`${before}<${line}>\nafter it`, before.length);
}

/** Of two lines the second is learnt. */
function learn(template: LineTemplate, line: string, deltas: UpstreamDelta[]): void {
  template.learn(line, deltas);
  template.learn(line, deltas);
}

function learnt(line: string): LineTemplate {
  const template = new LineTemplate(readLine, FRAMING);
  learn(template, line, readLine(line));
  return template;
}

describe("a line like one before, with another text", () => {
  test.each<[string, string, string, UpstreamDelta | null]>([
    ["text", ollama({ content: "a" }), ollama({ content: "bc" }, 22), { kind: "text", text: "bc" }],
    [
      "escapes",
      ollama({ content: "a" }),
      ollama({ content: '\n"\\é😀' }),
      { kind: "text", text: '\n"\\é😀' },
    ],
    [
      "learnt from escapes",
      ollama({ content: '"\n' }),
      ollama({ content: "b" }),
      { kind: "text", text: "b" },
    ],
    [
      "thinking beside empty text",
      ollama({ content: "", thinking: "a" }),
      ollama({ content: "", thinking: "b" }),
      { kind: "reasoning", text: "b" },
    ],
    [
      "a text that stands twice",
      ollama({ content: "assistant" }),
      ollama({ content: "b" }),
      { kind: "text", text: "b" },
    ],
    ["an empty text", ollama({ content: "a" }), ollama({ content: "" }), null],
    ["a long text", ollama({ content: "a" }), ollama({ content: "b".repeat(5000) }), null],
    [
      "signs of a pattern",
      ollama({ content: "a" }).replace('"m"', '"[^m]*.+"'),
      ollama({ content: "a" }),
      null,
    ],
    ["another key", ollama({ content: "a" }), ollama({ content: "a", thinking: "b" }), null],
    ["the end", ollama({ content: "a" }), ollama({ content: "a" }).replace("false", "true"), null],
    ["cut", ollama({ content: "a" }), ollama({ content: "a" }).slice(0, -4), null],
    ["a raw control character", ollama({ content: "a" }), ollama({ content: "Q" }).replace("Q", "\t"), null],
    ["a bad escape", ollama({ content: "a" }), ollama({ content: "Q" }).replace("Q", "\\x"), null],
    [
      "a quote in the text",
      ollama({ content: "a" }),
      ollama({ content: "Q" }).replace("Q", 'a","b":"c'),
      null,
    ],
    [
      "a quote in the time",
      ollama({ content: "a" }),
      ollama({ content: "b" }).replace("2026", '2026\\"'),
      null,
    ],
  ])("%s", (_name, first, next, delta) => {
    expect(match(learnt(first), next)).toEqual(delta);
  });

  test.each<[string, string]>([
    ["two deltas", ollama({ content: "a", thinking: "b" })],
    ["a whole call", ollama({ tool_calls: [{ function: { name: "f", arguments: { a: 1 } } }] })],
    ["nothing", ollama({ content: "" })],
    ["no JSON", "<html>"],
  ])("is not learnt from %s", (_name, line) => {
    expect(match(learnt(line), line)).toBeNull();
  });

  test("is not proved for the sake of one line", () => {
    const line = ollama({ content: "a" });
    let reads = 0;
    const template = new LineTemplate((text) => (reads++, readLine(text)), FRAMING);
    template.learn(line, readLine(line));
    expect([match(template, line), reads]).toEqual([null, 0]);
  });

  test("ends after its frame", () => {
    const line = ollama({ content: "a" });
    const template = learnt(line);
    expect(match(template, line)).not.toBeNull();
    expect(template.end).toBe("before it<>\n".length + line.length);
  });

  test("gives up where every line is different", () => {
    const template = new LineTemplate(readLine, { before: "<", after: ">\n" });
    for (let n = 0; n < 9; n++) learn(template, ollama({ content: "a" }, n), [{ kind: "text", text: "a" }]);
    expect(match(template, ollama({ content: "a" }, 8))).toBeNull();
  });

  test("does not give up where lines like it are only framed otherwise", () => {
    const template = learnt(ollama({ content: "a" }));
    for (let n = 0; n < 20; n++) template.learn(ollama({ content: "b" }, n), [{ kind: "text", text: "b" }]);
    learn(template, ollama({ thinking: "a" }), [{ kind: "reasoning", text: "a" }]);
    expect(match(template, ollama({ thinking: "b" }))).toEqual({ kind: "reasoning", text: "b" });
  });
});

/** What a fresh decoder makes of the last of these lines: nothing has been learnt for it. */
const FRAME: Record<Dialect, (line: string) => string> = {
  ollama: (line) => `${line}\n`,
  openai: (line) => `data: ${line}\n\n`,
};

describe.each(["ollama", "openai"] as const)(
  "%s: with templates the deltas are what they are without",
  (dialect) => {
    const texts = fc.array(
      fc.record({
        text: fc.oneof(
          fc.string({ unit: "binary" }),
          fc.constantFrom("", "a", "assistant", '"}', "\\", "\\u0041", "m"),
        ),
        form: fc.nat(6),
        time: fc.nat(3),
      }),
      { maxLength: 12 },
    );
    const lineOf = ({ text, form, time }: { text: string; form: number; time: number }): string => {
      if (dialect === "ollama") {
        const forms = [{ content: text }, { content: "", thinking: text }, { content: text, thinking: "t" }];
        return ollama(forms[form] ?? { content: text }, time);
      }
      const call = (fields: object): object => ({ tool_calls: [{ index: 0, function: fields }] });
      const forms = [
        { content: text },
        { reasoning_content: text },
        { role: "assistant", content: text },
        call({ arguments: text }),
        call({ name: "f", arguments: text }),
      ];
      return openAi(forms[form] ?? { content: text }, { created: time });
    };
    const read = (lines: readonly string[]): UpstreamDelta[] => {
      const reader = decoder(dialect);
      const bytes = Buffer.from(lines.map(FRAME[dialect]).join(""));
      return [...reader.push(bytes), ...reader.end()];
    };

    test("line after line", () => {
      fc.assert(
        fc.property(texts, (items) => {
          const lines = items.map(lineOf);
          expect(read(lines)).toEqual(lines.flatMap((line) => read([line])));
        }),
      );
    });

    test("wherever the bytes are cut", () => {
      fc.assert(
        fc.property(texts, fc.nat(), (items, seed) => {
          const bytes = Buffer.from(items.map((item) => FRAME[dialect](lineOf(item))).join(""));
          const chunks = splitBytes(bytes, `random:${seed}`);
          const reader = decoder(dialect);
          const deltas = chunks.flatMap((chunk) => reader.push(chunk));
          expect([...deltas, ...reader.end()]).toEqual(read(items.map(lineOf)));
        }),
      );
    });
  },
);

test.each([
  [
    "an error event",
    `data: ${openAi({ content: "a" })}\n\nevent: error\ndata: ${openAi({ content: "b" })}\n\n`,
    "error",
  ],
  [
    "an event named late",
    `data: ${openAi({ content: "a" })}\n\ndata: ${openAi({ content: "b" })}\nevent: error\n\n`,
    "error",
  ],
  [
    "no blank line",
    `data: ${openAi({ content: "a" })}\n\ndata: ${openAi({ content: "b" })}\ndata: [DONE]\n`,
    "done",
  ],
])("OpenAI's dialect: %s", (_name, text, last) => {
  const reader = decoder("openai");
  const deltas = [...reader.push(Buffer.from(text)), ...reader.end()];
  expect([deltas[0]?.kind, deltas.at(-1)?.kind]).toEqual(["text", last]);
});
