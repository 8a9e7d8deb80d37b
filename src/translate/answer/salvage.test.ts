import { describe, expect, test } from "vitest";
import type { UpstreamDelta } from "../../upstream/delta.ts";
import { bash, end, reasoning, tell, testRows, text, type Row } from "../answers.test.support.ts";

const LS = '{"name": "Bash", "arguments": {"command":"ls"}}';
const CALL = 'call toolu_1 Bash {"command":"ls"}';
/** Says it all, then stops. */
const said = (...pieces: string[]): UpstreamDelta[] => [...pieces.map(text), ...end("stop")];
const becomes = (title: string, answer: string, lines: Row[2]): Row => [
  title,
  said(answer),
  [...lines, "stop tool_use"],
];
const stays = (title: string, answer: string, context: Row[3] = {}): Row => [
  title,
  said(answer),
  [`text ${answer}`, "stop end_turn"],
  context,
];

describe("a call written as text becomes a call", () => {
  testRows([
    becomes("Hermes", `<tool_call>\n${LS}\n</tool_call>`, [CALL]),
    becomes("… after prose", `I look.\n<tool_call>\n${LS}\n</tool_call>\n`, ["text I look.\n", CALL]),
    becomes("… without its end", `<tool_call>${LS}`, [CALL]),
    becomes("… with the end of the turn", `<tool_call>${LS}</tool_call><|im_end|>`, [CALL]),
    becomes("… twice", `<tool_call>${LS}</tool_call>\n<tool_call>${LS.replace("ls", "pwd")}</tool_call>`, [
      CALL,
      'call toolu_2 Bash {"command":"pwd"}',
    ]),
    becomes(
      "Qwen Coder",
      "<tool_call>\n<function=Bash>\n<parameter=command>\nls\n</parameter>\n</function>\n</tool_call>",
      [CALL],
    ),
    becomes(
      "… without the outer tag",
      "<function=Bash>\n<parameter=command>\nls\n</parameter>\n</function>",
      [CALL],
    ),
    becomes("Llama's function tag", '<function=Bash>{"command":"ls"}</function>', [CALL]),
    becomes("Llama's python tag", `<|python_tag|>${LS.replace("arguments", "parameters")}`, [CALL]),
    becomes("Llama's JSON", LS.replace("arguments", "parameters"), [CALL]),
    becomes("Mistral", `[TOOL_CALLS] [${LS}, ${LS.replace("ls", "pwd")}]`, [
      CALL,
      'call toolu_2 Bash {"command":"pwd"}',
    ]),
    becomes("Mistral, newer", '[TOOL_CALLS]Bash[ARGS]{"command":"ls"}', [CALL]),
    becomes("a fence", `\`\`\`json\n${LS}\n\`\`\``, [CALL]),
    becomes("a fence without a language", `\`\`\`\n${LS}\n\`\`\`\n`, [CALL]),
    becomes("big numbers stay", `<tool_call>{"name":"Bash","arguments":{"n":9007199254740993}}</tool_call>`, [
      'call toolu_1 Bash {"n":9007199254740993}',
    ]),
    [
      "after thinking",
      [reasoning("hm"), ...said(`<tool_call>${LS}</tool_call>`)],
      ["thinking hm signed", CALL, "stop tool_use"],
    ],
    [
      "after thinking in tags",
      said(`<think>hm</think><tool_call>${LS}`),
      ["thinking hm signed", CALL, "stop tool_use"],
    ],
    [
      "only the first where one is wanted",
      said(`<tool_call>${LS}</tool_call><tool_call>${LS}</tool_call>`),
      [CALL, "stop tool_use"],
      { disableParallel: true },
    ],
    ["where one is required", said(`<tool_call>${LS}`), [CALL, "stop tool_use"], { toolChoice: "required" }],
  ]);

  test("and is recorded", () => {
    const { translator } = tell(said(`<tool_call>${LS}`));
    expect(translator.interventions).toEqual([{ code: "call-salvaged", tool: "Bash", path: "" }]);
  });
});

describe("text stays text", () => {
  testRows([
    stays("an unknown tool", '<tool_call>{"name":"Nope","arguments":{}}</tool_call>'),
    stays("a schema that refuses", '<tool_call>{"name":"Bash","arguments":{"cmd":"ls"}}</tool_call>'),
    stays("arguments of the wrong type", '<tool_call>{"name":"Bash","arguments":{"command":1}}</tool_call>'),
    stays("arguments that are a text", '<tool_call>{"name":"Bash","arguments":"ls"}</tool_call>'),
    stays("other keys", '{"name":"Bash","arguments":{},"age":3}'),
    stays("text after it", `<tool_call>${LS}</tool_call>\nThat is how it works.`),
    stays("within a line", `Write <tool_call>${LS}</tool_call>`),
    stays("within a fence", `Like so:\n\`\`\`\n<tool_call>${LS}</tool_call>\n\`\`\``),
    stays("JSON after prose", `To list files:\n${LS}`),
    stays("a fence after prose", `To list files:\n\`\`\`json\n${LS}\n\`\`\``),
    stays("broken JSON", '<tool_call>{"name":"Bash","arguments":{"command":"ls"}'),
    stays("other JSON", '{"name":"Ann","age":3}'),
    stays("a marker alone", "<tool_call>"),
    stays("the beginning of a marker", "a\n<tool"),
    stays("asked not to", `<tool_call>${LS}</tool_call>`, { salvage: false }),
    stays("no tools", `<tool_call>${LS}</tool_call>`, { tools: [] }),
    [
      "cut by the limit",
      [text(`<tool_call>${LS}`), ...end("length")],
      [`text <tool_call>${LS}`, "stop max_tokens"],
    ],
    [
      "a real call came",
      [text(`<tool_call>${LS}`), bash('{"command":"ls"}'), ...end("stop")],
      [`text <tool_call>${LS}`, 'call a Bash {"command":"ls"}', "stop tool_use"],
    ],
    [
      "a stop sequence within",
      said(`<tool_call>${LS}</tool_call>`),
      ["text <tool_call>", "stop stop_sequence {"],
      { stopSequences: ["{"] },
    ],
    [
      "thinking came after it",
      [text(`<tool_call>${LS}`), reasoning("hm"), ...end("stop")],
      [`text <tool_call>${LS}`, "thinking hm signed", "stop end_turn"],
    ],
  ]);
});

describe("what is held back", () => {
  const released = (...pieces: string[]): string => {
    const { events } = tell(pieces.map(text));
    return events
      .map((event) =>
        event.type === "content_block_delta" && event.delta.type === "text_delta" ? event.delta.text : "",
      )
      .join("");
  };

  test.each<[title: string, pieces: string[], out: string]>([
    ["prose: nothing", ["I look", " at it.\n", "Then"], "I look at it.\nThen"],
    ["a tag that is none", ["<tool", "box>"], "<toolbox>"],
    ["a marker before an unknown name", ['<tool_call>{"name": "N'], '<tool_call>{"name": "N'],
    ["JSON that is no call", ['{"na', 'me": "Ann"'], '{"name": "Ann"'],
    ["a fence of code", ["```", "json\n", "[1]"], "```json\n[1]"],
    ["a marker", ["Hm.\n<tool_", "call>"], "Hm.\n"],
    ["a marker and a name", ["Hm.\n", '<tool_call>\n{"name": "Bash", '], "Hm.\n"],
    ["the beginning of a known name", ['<tool_call>{"name": "Ba'], ""],
  ])("%s", (_title, pieces, out) => {
    expect(released(...pieces)).toBe(out);
  });

  test("any cut gives the same", () => {
    for (const answer of [
      `I look.\n<tool_call>\n${LS}\n</tool_call>\n<tool_call>${LS}</tool_call>`,
      `\`\`\`json\n${LS}\n\`\`\``,
      `see\n<tool_call> and {"name": "Bash"\n<tool_call>${LS}`,
    ]) {
      const whole = tell(said(answer)).lines;
      expect(tell(said(...answer.split(""))).lines).toEqual(whole);
      for (let at = 1; at < answer.length; at++) {
        expect(tell(said(answer.slice(0, at), answer.slice(at))).lines).toEqual(whole);
      }
    }
  });
});
