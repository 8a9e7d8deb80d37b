import { describe, expect, test } from "vitest";
import { bash, call, end, tell, testRows, text } from "../answers.test.support.ts";

describe("calls", () => {
  const a = { index: 0, id: "a", name: "Bash" };
  const b = { index: 1, id: "b", name: "Bash" };
  testRows([
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
      "another id with each piece",
      [bash('{"n"'), bash(":1}", { id: "b" }), ...end("stop")],
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
      [/^error api_error: .*ignored tool_choice/],
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
