import { expect, test } from "vitest";
import { REQUEST, startBridge } from "../testing/bridge-fixture.ts";
import { ollamaText, startEvents, textStream, type FakeRequest } from "../testing/fake-upstream.ts";

/** Bodies of llama-server b10434, byte for byte. */
const refusal = (message: string): string =>
  `{"error":{"code":400,"message":"${message}","type":"invalid_request_error"}}`;
const CONVERSION =
  "Unable to generate parser for this template. Automatic parser generation failed: JSON schema conversion failed:";
const ANCHORS = refusal(`${CONVERSION}\\nPattern must start with '^' and end with '$'`);
const SAMPLERS = refusal("Failed to initialize samplers: failed to parse grammar");
const UNRECOGNIZED = refusal(`${CONVERSION}\\nUnrecognized schema: true`);

interface Tool {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
}

function toolsOf({ body }: FakeRequest): Tool[] {
  const { tools = [] } = JSON.parse(body) as { tools?: { function: Tool }[] };
  return tools.map((tool) => tool.function);
}

/** A server that refuses a tool for what is in its schema, as text, with a body for each. */
function refusing(poisons: readonly (readonly [poison: RegExp, body: string])[], plain = false) {
  return (request: FakeRequest): unknown => {
    const schemas = JSON.stringify(toolsOf(request).map(({ parameters }) => parameters));
    const found = poisons.find(([poison]) => poison.test(schemas));
    if (found !== undefined) return request.response.writeHead(400).end(found[1]);
    if (plain) return request.response.writeHead(200).end(ollamaText("ok"));
    return startEvents(request).end(textStream("ok"));
  };
}

const tool = (name: string, p: unknown, more: object = {}): object => ({
  name,
  description: "Does.",
  input_schema: { type: "object", properties: { p }, ...more },
});
const FINE = tool("Fine", { type: "string", minLength: 1, anyOf: [{ const: "a" }] });
const ask = (...tools: object[]): Record<string, unknown> => ({ ...REQUEST, stream: true, tools });

test("a pattern that is refused goes to the description, in this and in later requests", async () => {
  await using fixture = await startBridge(refusing([[/"pattern"/, ANCHORS]]));
  const request = ask(FINE, tool("Path", { type: "string", pattern: "^/", maxLength: 9 }));
  for (const _ of [1, 2]) {
    const response = await fixture.post(request);
    expect(response.status).toBe(200);
    expect(response.headers.get("x-bridge-notes")).toContain("tool-schema-lowered");
  }
  const [refused, taken, again] = fixture.upstream.chats();
  if (refused === undefined || taken === undefined) throw new Error("no request");
  expect(again?.body).toBe(taken.body);
  expect(toolsOf(taken)[0]).toEqual(toolsOf(refused)[0]);
  expect(toolsOf(taken)[1]).toEqual({
    name: "Path",
    description: 'Does.\n\nConstraints of the input:\n- p: pattern "^/"',
    parameters: { type: "object", properties: { p: { type: "string", maxLength: 9 } } },
  });
  expect(fixture.upstream.chats()).toHaveLength(3);
});

test("what else is refused leaves the structure", async () => {
  await using fixture = await startBridge(
    refusing([
      [/:true/, UNRECOGNIZED],
      [/"maxLength":2000/, SAMPLERS],
    ]),
  );
  expect((await fixture.post(ask(FINE, tool("Odd", true), tool("Long", { maxLength: 2000 })))).status).toBe(
    200,
  );
  // Without patterns nothing would be different, so that is not asked.
  expect(fixture.upstream.chats()).toHaveLength(2);
});

test("the one tool whose structure is refused is told as text; the others keep theirs", async () => {
  await using fixture = await startBridge(refusing([[/"\$ref":"#\/\$defs\/A"/, SAMPLERS]]));
  const circle = { $defs: { A: { anyOf: [{ $ref: "#/$defs/A" }, { type: "null" }] } } };
  const request = ask(FINE, tool("Circle", { $ref: "#/$defs/A" }, circle), tool("Last", {}));
  for (const _ of [1, 2]) expect((await fixture.post(request)).status).toBe(200);
  const [first, ...more] = fixture.upstream.chats();
  if (first === undefined) throw new Error("no request");
  const [fine, found, last] = toolsOf(more.at(-1) ?? first);
  expect(more.at(-1)?.body).toBe(more.at(-2)?.body);
  expect(found?.parameters).toEqual({ type: "object" });
  expect(found?.description).toMatch(/^Does\.\n\nThe input is an object of this JSON schema:\n\{.*"\$ref"/s);
  expect(fine?.parameters).toMatchObject({ properties: { p: { anyOf: [{ const: "a" }] } } });
  expect(last).toEqual(toolsOf(first)[2]);
});

test("several poisoned tools are found together", async () => {
  await using fixture = await startBridge(refusing([[/"const":"[xyz]"/, SAMPLERS]]));
  const tools = ["x", "y", "z"].map((name) => tool(name, { const: name }));
  expect((await fixture.post(ask(FINE, ...tools, tool("Last", {})))).status).toBe(200);
});

test("a refusal that no lowering cures is the answer, and teaches nothing", async () => {
  await using fixture = await startBridge(refusing([[/Nothing|object|\[\]/, SAMPLERS]]));
  const response = await fixture.post(ask(FINE, tool("Path", { pattern: "^/" })));
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("failed to parse grammar");
  const tried = fixture.upstream.chats().length;
  await fixture.post(ask(FINE, tool("Path", { pattern: "^/" })));
  const [first] = fixture.upstream.chats();
  expect(fixture.upstream.chats()[tried]?.body).toBe(first?.body);
});

test("without tools there is nothing to lower", async () => {
  await using fixture = await startBridge(refusing([[/./, SAMPLERS]]));
  expect((await fixture.post(ask())).status).toBe(400);
  expect(fixture.upstream.chats()).toHaveLength(1);
});

test("Ollama: what its decoder does not take", async () => {
  const decoder =
    '{"error":"json: cannot unmarshal number into Go struct field ToolFunctionParameters.tools.function.parameters.properties.type of type []string"}';
  await using fixture = await startBridge(refusing([[/"type":5/, decoder]], true), { provider: "ollama" });
  expect((await fixture.post(ask(FINE, tool("Odd", { type: 5 })))).status).toBe(200);
});

test("Ollama: a forced call is a format, and what is refused of it is lowered too", async () => {
  const inner = refusal(
    `Field 'json_schema': \\"json_schema\\": At least one of min_value or max_value must be set`,
  );
  const call = '{"name":"Fine","arguments":{"p":"a"}}';
  const answer = (request: FakeRequest): unknown =>
    JSON.stringify((JSON.parse(request.body) as { format?: unknown }).format).includes("1e+300")
      ? request.response.writeHead(400).end(JSON.stringify({ error: inner }))
      : request.response.writeHead(200).end(ollamaText(call));
  await using fixture = await startBridge(answer, { provider: "ollama" });
  const tools = [FINE, tool("Odd", { type: "integer", maximum: 1e300, minimum: 0 })];
  const response = await fixture.post({ ...ask(...tools), stream: false, tool_choice: { type: "any" } });
  expect(await response.json()).toMatchObject({ content: [{ type: "tool_use", name: "Fine" }] });
});
