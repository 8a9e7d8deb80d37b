import { describe, expect, onTestFinished, test } from "vitest";
import { startScripted } from "../scripted/server.ts";
import type { ScriptedModelInfo, ScriptedServer } from "../scripted/options.ts";
import { REQUEST, startBridge } from "../testing/bridge-fixture.ts";
import { startEvents, textStream } from "../testing/fake-upstream.ts";
import { createBridge } from "./bridge.ts";
import type { BridgeOptions } from "./options.ts";

const MODEL: ScriptedModelInfo = { name: "small", capabilities: ["completion", "tools"], numCtx: 4096 };

interface Asked {
  status: number;
  body: { error?: { type: string; message: string }; content?: unknown };
  server: ScriptedServer;
}

/** One request of `chars` characters over provider `openai` to the `/v1` of a scripted Ollama. */
async function ask(
  chars: number,
  model: Partial<ScriptedModelInfo> = {},
  options: Partial<BridgeOptions> = {},
  more: object = {},
): Promise<Asked> {
  const server = await startScripted({ models: [{ ...MODEL, ...model }] });
  onTestFinished(() => server.close());
  const bridge = createBridge({
    provider: "openai",
    baseUrl: `${server.url}/v1`,
    model: "small",
    ...options,
  });
  onTestFinished(() => bridge.close());
  const content = `[[text]] ${"word ".repeat(chars / 5)}`;
  const body = { model: "small", max_tokens: 64, messages: [{ role: "user", content }], ...more };
  const answer = await bridge.fetch(
    new Request("http://bridge/v1/messages", { method: "POST", body: JSON.stringify(body) }),
  );
  return { status: answer.status, body: (await answer.json()) as Asked["body"], server };
}

function chats({ server }: Asked): number {
  return server.requests.filter(({ path }) => path === "/v1/chat/completions").length;
}

describe("an Ollama behind /v1", () => {
  test("its own context is found out by loading the model, once and without a token", async () => {
    const asked = await ask(400);
    expect(asked.status).toBe(200);
    const paths = asked.server.requests.map(({ path }) => path);
    expect(paths).toEqual(["/v1/models", "/api/show", "/api/generate", "/api/ps", "/v1/chat/completions"]);
  });

  test("a prompt that it would cut in silence is refused, in the words on which the client compacts", async () => {
    const asked = await ask(40_000);
    expect(asked.status).toBe(400);
    expect(asked.body.error?.type).toBe("invalid_request_error");
    expect(asked.body.error?.message).toMatch(
      /^prompt is too long: \d+ tokens > 4096 maximum .*OLLAMA_CONTEXT_LENGTH/,
    );
    expect(chats(asked)).toBe(0);
  });

  test.each<[string, Partial<ScriptedModelInfo>, Partial<BridgeOptions>]>([
    [
      "the Modelfile's own context holds, and nothing is loaded for it",
      { numCtx: 65_536, numCtxStated: true },
      {},
    ],
    ["what the user states holds", {}, { set: { context: "65536" } }],
  ])("%s", async (_name, model, options) => {
    const asked = await ask(40_000, model, options);
    expect(asked.body.error?.message ?? "").not.toContain("65536 maximum");
    expect(chats(asked)).toBe(1);
    expect(asked.server.requests.some(({ path }) => path === "/api/generate")).toBe(false);
  });

  test("what the model cannot do is known before it is asked", async () => {
    const tools = [{ name: "look", input_schema: { type: "object" } }];
    const asked = await ask(400, { capabilities: ["completion"] }, {}, { tools });
    expect(asked.body.error?.message).toBe('tools: the model "small" does not support tools');
    expect(chats(asked)).toBe(0);
  });
});

test("a model that the Ollama runs on another host is not loaded here, and its context is its own", async () => {
  const model_info = { "glm.context_length": 131_072 };
  const show = { remote_host: "https://host.example", capabilities: ["completion", "tools"], model_info };
  await using fixture = await startBridge(
    (request) => startEvents(request).end(textStream("hello")),
    {},
    ({ path, response }) => {
      const data = [{ id: "m:latest", object: "model", owned_by: "library" }];
      const body = path === "/v1/models" ? { data } : path === "/api/show" ? show : {};
      response.end(JSON.stringify(body));
    },
  );
  const content = "word ".repeat(60_000);
  const answer = await fixture.post({ ...REQUEST, messages: [{ role: "user", content }] });
  expect(answer.status).toBe(200);
  expect(fixture.upstream.requests.map(({ path }) => path)).toEqual([
    "/v1/models",
    "/api/show",
    "/v1/chat/completions",
  ]);
});
