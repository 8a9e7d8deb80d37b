import type { RequestListener } from "node:http";
import { expect, test } from "vitest";
import { collectProse } from "../cassette/prose.ts";
import { recordRequests, sayOnOllama, sayText, turn } from "../testing/record-requests.ts";

/** Shorter than what is prose wherever it stands; a text that JSON escapes; one that is prose anywhere. */
const [SHORT, QUOTED, LONG] = [
  "Run a command",
  'Say "now"\nor C:\\never',
  'Tells "what" it did,\nand why, as C:\\log tells it',
];

const PROSE = /Run a command|C:.{1,8}(?:never|log)|Tells/;

const NOTED = { type: "string", description: SHORT, maxLength: 9 };
const INPUT = {
  type: "object",
  properties: { description: NOTED, quoted: { type: "string", description: QUOTED } },
};

/** What a bridge does to descriptions: it adds to them, and says schemas as text. */
const REQUESTS: [what: string, more: object][] = [
  [
    "a constraint that is added",
    { tools: [{ name: "T", description: SHORT, input_schema: { ...INPUT, additionalProperties: false } }] },
  ],
  [
    "an example that is added",
    { tools: [{ name: "T", description: QUOTED, input_schema: INPUT, input_examples: [{ quoted: "x" }] }] },
  ],
  [
    "descriptions in a constraint that is said as text",
    {
      tools: [
        {
          name: "T",
          description: LONG,
          input_schema: {
            type: "object",
            properties: { a: { oneOf: [NOTED, { type: "string", description: LONG }] } },
            anyOf: [{ required: ["a"], description: QUOTED }],
          },
        },
      ],
    },
  ],
  [
    "tools that are said as text, since one must be called",
    {
      tools: [
        {
          name: "T",
          description: LONG,
          input_schema: { ...INPUT, oneOf: [{ description: LONG }] },
          input_examples: [{ quoted: "x" }],
        },
        { name: "U", description: SHORT, input_schema: INPUT, input_examples: [{ quoted: "x" }] },
      ],
      tool_choice: { type: "any" },
    },
  ],
  [
    "the client's prose in what the model wrote",
    {
      system: LONG,
      tools: [{ name: "Write", description: LONG, input_schema: INPUT }],
      messages: [
        { role: "user", content: "go" },
        {
          role: "assistant",
          content: [
            {
              type: "tool_use",
              id: "toolu_1",
              name: "Write",
              input: { description: SHORT, quoted: JSON.stringify({ description: QUOTED, long: LONG }) },
            },
          ],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: LONG }] },
      ],
    },
  ],
];

/** Takes no schema that says anything of a member, as some engines do with one they cannot compile. */
const choosy =
  (say: RequestListener): RequestListener =>
  (incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { tools = [] } = JSON.parse(Buffer.concat(chunks).toString()) as {
        tools?: { function: { parameters: { properties?: object } } }[];
      };
      const said = tools.flatMap((tool) => Object.values(tool.function.parameters.properties ?? {}));
      if (said.every((member) => Object.keys(member as object).length === 0)) return say(incoming, answer);
      const json = { "content-type": "application/json" };
      return answer.writeHead(400, json).end('{"error":{"message":"failed to parse grammar"}}');
    });
  };

test.each([
  ["ollama", sayOnOllama],
  ["openai", sayText],
] as const)(
  "over %s redaction is closed under schemas that are told, since they were refused",
  async (provider, say) => {
    const tools = [
      { name: "T", description: SHORT, input_schema: { ...INPUT, additionalProperties: false } },
      { name: "U", description: LONG, input_schema: { ...INPUT, oneOf: [{ description: QUOTED }] } },
    ];
    const { cassette } = await recordRequests({
      provider,
      upstream: choosy(say),
      bodies: [turn("go", { tools })],
    });
    const last = cassette.exchanges[0]?.upstream.at(-1)?.bridgeRequest;
    const text = Buffer.from(last?.body ?? []).toString();
    expect(text).toContain("of this JSON schema");
    expect(text).not.toMatch(PROSE);
  },
);

const DIALECTS = [
  ["ollama", sayOnOllama],
  ["openai", sayText],
] as const;

test.each(
  DIALECTS.flatMap(([provider, upstream]) =>
    REQUESTS.map(([what, more]) => ({ provider, upstream, what, more })),
  ),
)("over $provider redaction is closed under $what", async ({ provider, upstream, more }) => {
  const { cassette } = await recordRequests({ provider, upstream, bodies: [turn("go", more)] });
  const [exchange] = cassette.exchanges;
  const bodies = [exchange?.clientRequest, ...(exchange?.upstream ?? []).map((hop) => hop.bridgeRequest)];
  const texts = bodies.map((request) => Buffer.from(request?.body ?? []).toString());
  expect(texts.length).toBeGreaterThan(1);
  for (const text of texts) expect(text).not.toMatch(PROSE);
  expect(collectProse(texts[0] ?? "").length).toBeGreaterThan(1);
});
