import { describe, expect, test } from "vitest";
import type { UpstreamDelta } from "../../upstream/delta.ts";
import { bash, call, end, tell, testRows } from "../answers.test.support.ts";

const search = (json: string): UpstreamDelta =>
  call({ index: 0, id: "a", name: "WebSearch", arguments: json });

describe("repairs", () => {
  testRows([
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
      "not of an undeclared tool",
      [call({ name: "Nope", arguments: "{'a':1}" }), ...end("stop")],
      ["open call toolu_1 Nope {", /^error api_error/],
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
