import { describe, expect, test } from "vitest";
import type { UpstreamDelta } from "../upstream/delta.ts";
import type { AnswerContext } from "./context.ts";
import { createStreamTranslator } from "./stream.ts";
import {
  answerContext,
  bash,
  call,
  countingIds,
  done,
  end,
  finish,
  reasoning,
  tell,
  text,
} from "./answers.test.support.ts";

type Row = [
  title: string,
  deltas: UpstreamDelta[],
  lines: (string | RegExp)[],
  context?: Partial<AnswerContext>,
];

function rows(table: Row[]): void {
  test.each(table)("%s", (_title, deltas, lines, context) => {
    const told = tell(deltas, context).lines;
    expect(told).toHaveLength(lines.length);
    lines.forEach((line, n) => {
      if (typeof line === "string") expect(told[n]).toBe(line);
      else expect(told[n]).toMatch(line);
    });
  });
}

describe("blocks", () => {
  rows([
    ["text", [text("a"), text(""), text("b"), ...end("stop")], ["text ab", "stop end_turn"]],
    ["nothing at all", end("stop"), ["stop end_turn"]],
    ["only blanks are text", [text(" \n"), ...end("stop")], ["text  \n", "stop end_turn"]],
    [
      "thinking, then text",
      [reasoning("r"), text("t"), ...end("stop")],
      ["thinking r signed", "text t", "stop end_turn"],
    ],
    [
      "reasoning after text is a new block",
      [reasoning("r"), text("t"), reasoning("q"), bash("{}"), ...end("stop")],
      ["thinking r signed", "text t", "thinking q signed", "call a Bash {}", "stop tool_use"],
    ],
    ["thinking only", [reasoning("r"), ...end("stop")], ["thinking r signed", "stop end_turn"]],
    [
      "omitted thinking",
      [reasoning("r"), text("t"), ...end("stop")],
      ["thinking  signed", "text t", "stop end_turn"],
      { reasoning: "omitted" },
    ],
    [
      "hidden thinking",
      [reasoning("r"), text("t"), ...end("stop")],
      ["text t", "stop end_turn"],
      { reasoning: "hidden" },
    ],
    [
      "hidden tags",
      [text("<think>r</think>t"), ...end("stop")],
      ["text t", "stop end_turn"],
      { reasoning: "hidden" },
    ],
    [
      "tags split",
      [text("<thi"), text("nk>\na"), text("</th"), text("ink>\n\nb"), ...end("stop")],
      ["thinking a signed", "text b", "stop end_turn"],
    ],
    [
      "tags after reasoning are text",
      [reasoning("r"), text("<think>x"), ...end("stop")],
      ["thinking r signed", "text <think>x", "stop end_turn"],
    ],
    [
      "a surrogate pair over two deltas",
      [text("a\ud83d"), text("\ude00"), ...end("stop")],
      ["text a😀", "stop end_turn"],
    ],
    ["a lone surrogate", [text("a\ud83d"), text("b"), ...end("stop")], ["text a\ufffdb", "stop end_turn"]],
    ["a lone surrogate at the end", [text("a\ud83d"), ...end("stop")], ["text a\ufffd", "stop end_turn"]],
  ]);
});

describe("endings", () => {
  rows([
    ["length", [text("a"), ...end("length")], ["text a", "stop max_tokens"]],
    ["finish, then the body ends", [text("a"), finish("stop")], ["text a", "stop end_turn"]],
    ["done without a finish, with content", [text("a"), done], ["text a", "stop end_turn"]],
    ["done with neither", [done], [/^error api_error: .*neither content nor a finish reason/]],
    ["the body just ends", [text("a")], ["open text a", /^error api_error: .*without finishing/]],
    ["nothing comes", [], [/^error api_error: .*without finishing/]],
    ["unknown finish", [text("a"), ...end("weird")], ["text a", "stop end_turn"]],
    ["tool_calls without a call", [text("a"), ...end("tool_calls")], ["text a", "stop end_turn"]],
    ["stop with a call", [bash("{}"), ...end("stop")], ["call a Bash {}", "stop tool_use"]],
    ["length wins over a whole call", [bash("{}"), ...end("length")], ["call a Bash {}", "stop max_tokens"]],
    ["content_filter", [text("a"), ...end("content_filter")], ["text a", "stop refusal"]],
    ["a refusal", [{ kind: "refusal", text: "No." }, ...end("stop")], ["text No.", "stop refusal"]],
    ["finish reason error", [text("a"), ...end("error")], ["open text a", /^error api_error: .*"error"/]],
    [
      "an error within",
      [text("a"), { kind: "error", message: "boom" }, ...end("stop")],
      ["open text a", /^error api_error: .*boom/],
    ],
    ["garbage", [{ kind: "garbage", excerpt: "<html>" }], [/^error api_error: .*<html>/]],
    [
      "an overflow told late",
      [
        {
          kind: "error",
          message: "request (612 tokens) exceeds the available context size (512 tokens), try increasing it",
        },
      ],
      [/^error invalid_request_error: prompt is too long: 612 tokens > 512 maximum/],
    ],
  ]);

  test("the context is full", () => {
    const usage: UpstreamDelta = { kind: "usage", usage: { promptTokens: 90, completionTokens: 10 } };
    const context = { contextWindow: 100 };
    expect(tell([text("a"), usage, ...end("length")], context).lines.at(-1)).toBe(
      "stop model_context_window_exceeded",
    );
    expect(tell([text("a"), usage, ...end("length")], { ...context, maxTokens: 10 }).lines.at(-1)).toBe(
      "stop max_tokens",
    );
  });

  test("a refusal is explained", () => {
    const { events } = tell([{ kind: "refusal", text: "No." }, ...end("stop")]);
    expect(events.find((event) => event.type === "message_delta")?.delta.stop_details).toEqual({
      type: "refusal",
      category: null,
      explanation: "No.",
    });
  });
});

describe("calls", () => {
  const a = { index: 0, id: "a", name: "Bash" };
  const b = { index: 1, id: "b", name: "Bash" };
  rows([
    [
      "in fragments",
      [bash('{"command"'), call({ index: 0, arguments: ':"ls"}' }), ...end("tool_calls")],
      ['call a Bash {"command":"ls"}', "stop tool_use"],
    ],
    ["no arguments", [call(a), ...end("tool_calls")], ["call a Bash {}", "stop tool_use"]],
    ["empty arguments", [bash(""), ...end("tool_calls")], ["call a Bash {}", "stop tool_use"]],
    ["null", [bash("null"), ...end("tool_calls")], ["call a Bash {}", "stop tool_use"]],
    [
      "an object within a string",
      [bash('"{\\"n\\":'), bash('1}"'), ...end("tool_calls")],
      ['call a Bash {"n":1}', "stop tool_use"],
    ],
    [
      "a value that is JSON text stays text",
      [bash('{"n":"{\\"x\\":1}"}'), ...end("stop")],
      ['call a Bash {"n":"{\\"x\\":1}"}', "stop tool_use"],
    ],
    [
      "big numbers and key order",
      [bash('{"b":9007199254740993,"a":1e400}'), ...end("stop")],
      ['call a Bash {"b":9007199254740993,"a":1e400}', "stop tool_use"],
    ],
    [
      "arguments before the name",
      [
        call({ index: 0, arguments: '{"n"' }),
        call({ index: 0, name: "Bash" }),
        call({ index: 0, arguments: ":1}" }),
        ...end("stop"),
      ],
      ['call toolu_1 Bash {"n":1}', "stop tool_use"],
    ],
    [
      "name and id again and again",
      [bash('{"n"'), bash(":1"), bash("}"), ...end("stop")],
      ['call a Bash {"n":1}', "stop tool_use"],
    ],
    [
      "interleaved",
      [
        call({ ...a, arguments: '{"n"' }),
        call({ ...b, arguments: '{"n":' }),
        call({ index: 0, arguments: ":1}" }),
        call({ index: 1, arguments: "2}" }),
        ...end("stop"),
      ],
      ['call a Bash {"n":1}', 'call b Bash {"n":2}', "stop tool_use"],
    ],
    [
      "two whole calls, one index",
      [bash('{"n":1}'), bash('{"n":2}', { id: "b" }), ...end("stop")],
      ['call a Bash {"n":1}', 'call b Bash {"n":2}', "stop tool_use"],
    ],
    [
      "two whole calls, no index, no id",
      [
        call({ name: "Bash", arguments: '{"n":1}' }),
        call({ name: "Bash", arguments: '{"n":2}' }),
        ...end("stop"),
      ],
      ['call toolu_1 Bash {"n":1}', 'call toolu_2 Bash {"n":2}', "stop tool_use"],
    ],
    [
      "equal ids",
      [call({ ...a, whole: true }), call({ ...a, whole: true }), ...end("stop")],
      ["call a Bash {}", "call toolu_1 Bash {}", "stop tool_use"],
    ],
    [
      "an id of the history",
      [call(a), ...end("stop")],
      ["call toolu_1 Bash {}", "stop tool_use"],
      { usedIds: new Set(["a"]) },
    ],
    [
      "a malformed id",
      [call({ ...a, id: "x:y.z" }), ...end("stop")],
      ["call toolu_1 Bash {}", "stop tool_use"],
    ],
    [
      "text after a call",
      [bash('{"n":1}'), text("t"), ...end("stop")],
      ['call a Bash {"n":1}', "text t", "stop tool_use"],
    ],
    [
      "text within a call waits",
      [bash('{"n"'), text("t"), bash(":1}"), ...end("stop")],
      ['call a Bash {"n":1}', "text t", "stop tool_use"],
    ],
    [
      "an unknown tool passes",
      [call({ ...a, name: "Nope" }), ...end("stop")],
      ["call a Nope {}", "stop tool_use"],
    ],
    [
      "a shortened name",
      [call({ ...a, name: "short" }), ...end("stop")],
      ["call a long.name {}", "stop tool_use"],
      { renamed: new Map([["short", "long.name"]]) },
    ],
    [
      "cut by length",
      [bash('{"command":"l'), ...end("length")],
      ['call a Bash {"command":"l', "stop max_tokens"],
    ],
    ["cut before its arguments", [call(a), ...end("length")], ["stop max_tokens"]],
    ["cut without a finish", [bash('{"command":"l')], ['open call a Bash {"command":"l', /^error api_error/]],
    ["a whole call, then cut", [call({ ...a, whole: true })], ["call a Bash {}", /^error api_error/]],
    [
      "unfinished, yet said to be finished",
      [bash('{"command":"l'), ...end("tool_calls")],
      ['open call a Bash {"command":"l', /^error api_error: .*Bash whose arguments are not valid JSON/],
    ],
    ["a list", [bash("[1]"), ...end("stop")], [/^error api_error: .*not a JSON object/]],
    [
      "without a name",
      [call({ index: 0, arguments: "{}" }), ...end("stop")],
      [/^error api_error: .*without a name/],
    ],
    [
      "more after the end",
      [bash('{"n":1}{"n":2}'), ...end("stop")],
      ['open call a Bash {"n":1}', /^error api_error/],
    ],
    [
      "none chosen",
      [text("t"), call(a), ...end("tool_calls")],
      ["text t", "stop end_turn"],
      { toolChoice: "none" },
    ],
    [
      "one at most",
      [call({ ...a, whole: true }), call({ ...b, whole: true }), ...end("stop")],
      ["call a Bash {}", "stop tool_use"],
      { disableParallel: true },
    ],
    [
      "one at most, interleaved",
      [
        bash('{"n"'),
        call({ ...b, arguments: '{"n":2' }),
        bash(":1}"),
        call({ index: 1, arguments: "}" }),
        ...end("stop"),
      ],
      ['call a Bash {"n":1}', "stop tool_use"],
      { disableParallel: true },
    ],
    [
      "required, but none came",
      [text("t"), ...end("stop")],
      ["open text t", /^error api_error: .*ignored tool_choice/],
      { toolChoice: "required" },
    ],
    [
      "forced by format",
      [text('{"name": "Ba'), text('sh", "arguments": {"n": 1}}'), ...end("stop")],
      ['call toolu_1 Bash {"n": 1}', "stop tool_use"],
      { toolChoice: "json" },
    ],
    [
      "forced by format, cut",
      [text('{"name": "Bash", "arguments": {"n"'), ...end("length")],
      ['call toolu_1 Bash {"n"', "stop max_tokens"],
      { toolChoice: "json" },
    ],
    [
      "forced by format, not kept",
      [text("Sure!"), ...end("stop")],
      [/^error api_error: .*format of the forced/],
      { toolChoice: "json" },
    ],
  ]);

  test("arguments go out while they come in, and the block stops only when they are whole", () => {
    const { events } = tell([bash('{"command":"l'), call({ index: 0, arguments: 's"}' }), ...end("stop")]);
    expect(events.filter((event) => event.type === "content_block_delta")).toHaveLength(2);
  });
});

describe("repairs", () => {
  const search = (json: string): UpstreamDelta =>
    call({ index: 0, id: "a", name: "WebSearch", arguments: json });
  rows([
    ["quotes", [bash("{'command':'ls'}"), ...end("stop")], ['call a Bash {"command":"ls"}', "stop tool_use"]],
    [
      "quotes in fragments",
      [bash("{'comm"), bash("and':'ls'}"), ...end("stop")],
      ['call a Bash {"command":"ls"}', "stop tool_use"],
    ],
    [
      "not a word cut short, which could be a text as well",
      [bash('{"n":tru}'), ...end("stop")],
      ['open call a Bash {"n":tru', /^error api_error/],
    ],
    ["a fence", [bash('```json\n{"n":1}\n```'), ...end("stop")], ['call a Bash {"n":1}', "stop tool_use"]],
    [
      "a raw line break in a string",
      [bash('{"command":"a\nb"}'), ...end("stop")],
      ['call a Bash {"command":"a\\nb"}', "stop tool_use"],
    ],
    [
      "not when the schema refuses",
      [bash("{'cmd':'ls'}"), ...end("stop")],
      ["open call a Bash {", /^error api_error/],
    ],
    [
      "not when asked not to",
      [bash("{'command':'ls'}"), ...end("stop")],
      ["open call a Bash {", /^error api_error/],
      { repair: false },
    ],
    [
      "never what is not closed",
      [bash("{'command':'ls'"), ...end("tool_calls")],
      ["open call a Bash {", /^error api_error/],
    ],
    [
      "search: both lists empty",
      [search('{"query":"q","allowed_domains":[],"blocked_domains":[]}'), ...end("stop")],
      ['call a WebSearch {"query":"q"}', "stop tool_use"],
    ],
    [
      "search: both lists filled",
      [
        search('{"query":"q","allowed_domains":["a.b","c.d"],'),
        search('"blocked_domains":["c.d"]}'),
        ...end("stop"),
      ],
      ['call a WebSearch {"query":"q","allowed_domains":["a.b"]}', "stop tool_use"],
    ],
    [
      "search: one list",
      [search('{"query":"q", "allowed_domains":["a.b"]}'), ...end("stop")],
      ['call a WebSearch {"query":"q", "allowed_domains":["a.b"]}', "stop tool_use"],
    ],
    [
      "search: nothing left",
      [search('{"query":"q","allowed_domains":["a.b"],"blocked_domains":["a.b"]}'), ...end("stop")],
      [/^call a WebSearch .*every_allowed_domain_is_also_blocked/, "stop tool_use"],
    ],
    [
      "search: as it is",
      [search('{"query":"q","allowed_domains":["a.b"],"blocked_domains":["c.d"]}'), ...end("stop")],
      ['call a WebSearch {"query":"q","allowed_domains":["a.b"],"blocked_domains":["c.d"]}', "stop tool_use"],
      { repair: false },
    ],
  ]);

  test("are recorded", () => {
    const deltas = [
      search('{"query":"q","allowed_domains":[],"blocked_domains":[]}'),
      bash("{'n':1}", { index: 1, id: "b" }),
      ...end("stop"),
    ];
    expect(tell(deltas).translator.interventions).toEqual([
      { code: "web-search-domains", tool: "WebSearch", path: "allowed_domains" },
      { code: "web-search-domains", tool: "WebSearch", path: "blocked_domains" },
      { code: "arguments-repaired", tool: "Bash", path: "" },
    ]);
  });
});

describe("stop sequences", () => {
  const stops = (...stopSequences: string[]): Partial<AnswerContext> => ({ stopSequences });
  rows([
    [
      "within a delta",
      [text("a</x>b"), ...end("stop")],
      ["text a", "stop stop_sequence </x>"],
      stops("</x>"),
    ],
    [
      "over deltas",
      [text("a<"), text("/x"), text(">b"), ...end("stop")],
      ["text a", "stop stop_sequence </x>"],
      stops("</x>"),
    ],
    [
      "a false start",
      [text("a<"), text("/y>"), ...end("stop")],
      ["text a</y>", "stop end_turn"],
      stops("</x>"),
    ],
    ["a false start at the end", [text("a</"), ...end("stop")], ["text a</", "stop end_turn"], stops("</x>")],
    ["at the very start", [text("</x>b"), ...end("stop")], ["stop stop_sequence </x>"], stops("</x>")],
    [
      "overlapping",
      [text("aa"), text("ab"), ...end("stop")],
      ["text a", "stop stop_sequence aab"],
      stops("aab"),
    ],
    [
      "the one complete first",
      [text("abcd"), ...end("stop")],
      ["text a", "stop stop_sequence bc"],
      stops("abcd", "bc"),
    ],
    [
      "not in thinking",
      [reasoning("</x>"), text("b"), ...end("stop")],
      ["thinking </x> signed", "text b", "stop end_turn"],
      stops("</x>"),
    ],
    [
      "not in arguments",
      [bash('{"n":"</x>"}'), ...end("stop")],
      ['call a Bash {"n":"</x>"}', "stop tool_use"],
      stops("</x>"),
    ],
    [
      "not across a call",
      [text("</"), bash("{}"), text("x>"), ...end("stop")],
      ["text </", "call a Bash {}", "text x>", "stop tool_use"],
      stops("</x>"),
    ],
  ]);

  test("end the answer at once: the upstream may be cancelled", () => {
    const { translator, events } = tell([text("aXb")], stops("X"));
    expect(translator.finished).toBe(true);
    expect(events.find((event) => event.type === "message_delta")?.usage.output_tokens).toBeGreaterThan(0);
  });
});

describe("usage", () => {
  const usageOf = (usage: object, overrides?: Partial<AnswerContext>): unknown =>
    tell([text("abcd"), { kind: "usage", usage }, ...end("stop")], overrides).events.find(
      (event) => event.type === "message_delta",
    )?.usage;

  test.each([
    [
      "as reported",
      { promptTokens: 10, completionTokens: 3 },
      { input_tokens: 10, output_tokens: 3, cache_read_input_tokens: null },
    ],
    [
      "cached",
      { promptTokens: 1000, cachedTokens: 800, completionTokens: 3 },
      { input_tokens: 200, cache_read_input_tokens: 800 },
    ],
    [
      "all cached",
      { promptTokens: 10, cachedTokens: 12, completionTokens: 3 },
      { input_tokens: 1, cache_read_input_tokens: 9 },
    ],
    [
      "reasoning",
      { promptTokens: 1, completionTokens: 5, reasoningTokens: 3 },
      { output_tokens: 5, output_tokens_details: { thinking_tokens: 3 } },
    ],
    ["none", {}, { input_tokens: 7, output_tokens: 1 }],
    ["zeros", { promptTokens: 0, completionTokens: 0 }, { input_tokens: 7, output_tokens: 1 }],
  ])("%s", (_title, usage, expected) => {
    expect(usageOf(usage)).toMatchObject(expected);
  });

  test("the last figures count", () => {
    const usage = (n: number): UpstreamDelta => ({
      kind: "usage",
      usage: { promptTokens: 5, completionTokens: n },
    });
    const { events } = tell([usage(1), text("a"), usage(2), finish("stop"), usage(3), done]);
    expect(events.find((event) => event.type === "message_delta")?.usage.output_tokens).toBe(3);
  });

  test("message_start has the estimate", () => {
    const [start] = tell(end("stop")).events;
    expect(start).toMatchObject({
      message: {
        id: "msg_1",
        model: "m",
        content: [],
        stop_reason: null,
        usage: { input_tokens: 7, output_tokens: 0 },
      },
    });
  });
});

describe("notes", () => {
  test.each<[string, UpstreamDelta[], string[], Partial<AnswerContext>?]>([
    [
      "nothing to note",
      [text("a"), { kind: "usage", usage: { promptTokens: 1, completionTokens: 1 } }, ...end("stop")],
      [],
    ],
    ["no finish, no usage", [text("a"), done], ["finish-missing", "usage-estimated"]],
    [
      "dropped call",
      [call({ name: "Bash" }), ...end("tool_calls")],
      ["call-dropped", "finish-without-call", "usage-estimated"],
      { toolChoice: "none" },
    ],
  ])("%s", (_title, deltas, notes, context) => {
    expect(tell(deltas, context).translator.notes).toEqual(notes);
  });
});

test("start() gives message_start once", () => {
  const translator = createStreamTranslator(answerContext(), countingIds());
  expect(translator.start().map((event) => event.type)).toEqual(["message_start"]);
  expect(translator.start()).toEqual([]);
  expect(translator.push([text("a")]).map((event) => event.type)).toEqual([
    "content_block_start",
    "content_block_delta",
  ]);
});

test("a failure before anything was sent can still be a status", () => {
  const { translator, events } = tell([{ kind: "error", message: "server busy", status: 503 }]);
  expect(events.map((event) => event.type)).toEqual(["error"]);
  expect(translator.failure?.status).toBe(529);
});
