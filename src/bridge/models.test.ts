import { describe, expect, test } from "vitest";
import { REQUEST, startBridge, type BridgeFixture } from "../testing/bridge-fixture.ts";
import { ollamaText, startEvents, textStream, type FakeRequest } from "../testing/fake-upstream.ts";
import type { BridgeOptions } from "./options.ts";

const answerOllama = ({ response }: FakeRequest): unknown => response.end(ollamaText("hello"));
const answerOpenAi = (request: FakeRequest): unknown => startEvents(request).end(textStream("hello"));

/** Side answers by path; anything else is a 404. */
function sides(answers: Record<string, object | number>): (request: FakeRequest) => unknown {
  return ({ path, response }) => {
    const answer = answers[path] ?? 404;
    return typeof answer === "number"
      ? response.writeHead(answer).end()
      : response.end(JSON.stringify(answer));
  };
}

const SHOW = { capabilities: ["completion", "tools"], model_info: { "llama.context_length": 131_072 } };

function ollama(
  side: Record<string, object | number>,
  options: Partial<BridgeOptions> = {},
): Promise<BridgeFixture> {
  return startBridge(answerOllama, { provider: "ollama", ...options }, sides(side));
}

function sent(
  fixture: BridgeFixture,
  n = 0,
): { model: string; options: Record<string, unknown>; think?: unknown } {
  return JSON.parse(fixture.upstream.chats()[n]?.body ?? "null") as ReturnType<typeof sent>;
}

function paths(fixture: BridgeFixture): string[] {
  return fixture.upstream.requests.map((request) => request.path);
}

describe("probing Ollama", () => {
  test("once per model, with the recorder's mark, and not before the first request", async () => {
    await using fixture = await ollama({ "/api/show": SHOW, "/api/ps": { models: [] } });
    expect(paths(fixture)).toEqual([]);
    const headers = { "x-bridge-exchange": "e-1" };
    for (const _ of [1, 2]) await (await fixture.post(REQUEST, { headers })).text();
    expect(paths(fixture)).toEqual(["/api/show", "/api/ps", "/api/chat", "/api/chat"]);
    expect(fixture.upstream.requests.map((request) => request.headers["x-bridge-exchange"])).toEqual(
      Array(4).fill("e-1"),
    );
  });

  test.each<[string, Record<string, object | number>, Partial<BridgeOptions>, number | undefined]>([
    ["a large model", { "/api/show": SHOW }, {}, 32_768],
    ["one that is loaded with more", { "/api/show": SHOW, "/api/ps": loaded(65_536) }, {}, 65_536],
    ["one that is loaded with less", { "/api/show": SHOW, "/api/ps": loaded(4096) }, {}, 32_768],
    ["its Modelfile", { "/api/show": { ...SHOW, parameters: "num_ctx 8192" } }, {}, 8192],
    ["the user", { "/api/show": SHOW, "/api/ps": loaded(65_536) }, { set: { context: "16384" } }, 16_384],
    ["nobody", {}, {}, undefined],
  ])("context of %s", async (_name, side, options, context) => {
    await using fixture = await ollama(side, options);
    await (await fixture.post()).text();
    expect(sent(fixture).options["num_ctx"]).toBe(context);
  });

  test("the user's output limit holds", async () => {
    await using fixture = await ollama({}, { maxOutputTokens: 64 });
    await (await fixture.post()).text();
    expect(sent(fixture).options["num_predict"]).toBe(64);
  });

  test("a model without thinking is not asked to think", async () => {
    await using fixture = await ollama({ "/api/show": SHOW });
    await (await fixture.post({ ...REQUEST, thinking: { type: "adaptive" } })).text();
    expect(sent(fixture).think ?? false).toBe(false);
  });

  test("a probe that fails is not fatal, and is tried again", async () => {
    await using fixture = await ollama({ "/api/show": 500 });
    for (const _ of [1, 2]) expect((await fixture.post()).status).toBe(200);
    expect(paths(fixture).filter((path) => path === "/api/show")).toHaveLength(2);
  });
});

describe("probing an OpenAI-compatible server", () => {
  const llama = { "/v1/models": { data: [{ id: "m", owned_by: "llamacpp", meta: { n_ctx_train: 4096 } }] } };
  const props = { "/props": { default_generation_settings: { n_ctx: 64 }, modalities: { vision: false } } };

  test.each<[string, Record<string, object | number>, Partial<BridgeOptions>, unknown, string[]]>([
    ["no list", {}, {}, 100, ["/v1/models"]],
    ["vLLM", { "/v1/models": { data: [{ id: "m", max_model_len: 40 }] } }, {}, 29, ["/v1/models"]],
    ["llama-server", { ...llama, ...props }, {}, 53, ["/v1/models", "/props"]],
    ["llama-server without its props", llama, {}, 100, ["/v1/models", "/props"]],
    [
      "what the user states",
      { ...llama, ...props },
      { set: { context: "4096" } },
      100,
      ["/v1/models", "/props"],
    ],
    ["told not to", { ...llama, ...props }, { probe: false }, 100, []],
  ])("%s", async (_name, side, options, limit, asked) => {
    await using fixture = await startBridge(answerOpenAi, options, sides(side));
    for (const _ of [1, 2]) expect((await fixture.post()).status).toBe(200);
    expect(paths(fixture)).toEqual([...asked, "/v1/chat/completions", "/v1/chat/completions"]);
    expect(sent(fixture)).toHaveProperty("max_tokens", limit);
  });
});

function loaded(context: number): object {
  return { models: [{ name: "m:latest", context_length: context }] };
}

function refuseName({ response }: FakeRequest): unknown {
  return response.writeHead(404).end(JSON.stringify({ error: "model 'no-such' not found" }));
}

async function list(
  fixture: BridgeFixture,
  query = "",
): Promise<{ data: { id: string }[]; has_more: boolean }> {
  return (await (await fetch(`${fixture.url}/v1/models${query}`)).json()) as Awaited<ReturnType<typeof list>>;
}

describe("names", () => {
  const list = {
    "/v1/models": {
      object: "list",
      data: [
        { id: "m", created: 1 },
        { id: "other", created: 1_795_563_822 },
      ],
    },
  };
  const unknown = { ...REQUEST, model: "no-such" };

  test("another name is passed on when the upstream has it, and refused when it has not", async () => {
    await using fixture = await startBridge(answerOpenAi, {}, sides(list));
    const other = await fixture.post({ ...REQUEST, model: "other" });
    expect(await other.json()).toMatchObject({ model: "other" });
    expect(sent(fixture).model).toBe("other");
    for (const stream of [true, false]) {
      const refused = await fixture.post({ ...unknown, stream });
      expect(refused.status).toBe(404);
      expect(await refused.json()).toMatchObject({
        error: { type: "not_found_error", message: "model: no-such" },
      });
    }
    expect(fixture.upstream.chats()).toHaveLength(1);
  });

  test("an upstream that does not list is asked itself", async () => {
    await using fixture = await startBridge(answerOpenAi);
    expect((await fixture.post(unknown)).status).toBe(200);
    expect(sent(fixture).model).toBe("no-such");
  });

  test("without a configured model every name is passed on", async () => {
    await using fixture = await startBridge(answerOpenAi, { model: null }, sides(list));
    expect((await fixture.post({ ...REQUEST, model: "openrouter/auto" })).status).toBe(200);
    expect(fixture.upstream.chats()).toHaveLength(1);
  });

  test("counting tokens for an unknown model is a 404", async () => {
    await using fixture = await startBridge(answerOpenAi, {}, sides(list));
    const init = { method: "POST", body: JSON.stringify(unknown) };
    expect((await fetch(`${fixture.url}/v1/messages/count_tokens`, init)).status).toBe(404);
  });

  test("Ollama's own refusal is told", async () => {
    await using fixture = await startBridge(refuseName, { provider: "ollama" });
    const response = await fixture.post(unknown);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("no-such");
  });
});

describe("the list", () => {
  const models = ["a", "b", "c"].map((name) => ({
    name: `${name}:latest`,
    modified_at: "2026-01-02T03:04:05Z",
  }));

  test("the configured model first, by the name it was given", async () => {
    await using fixture = await ollama({ "/api/tags": { models } }, { model: "b" });
    const { data } = await list(fixture);
    expect(data.map(({ id }) => id).slice(0, 3)).toEqual(["b", "a:latest", "c:latest"]);
    expect(data[0]).toMatchObject({
      type: "model",
      display_name: "b",
      created_at: "2026-01-02T03:04:05.000Z",
    });
    const one = await fetch(`${fixture.url}/v1/models/${encodeURIComponent("c:latest")}`);
    expect(await one.json()).toMatchObject({ id: "c:latest", type: "model" });
  });

  test("and aliases that Claude Code shows, for models whose own names it hides", async () => {
    const named = [...models, { name: "my-Claude:latest", modified_at: "2026-01-02T03:04:05Z" }];
    await using fixture = await ollama({ "/api/tags": { models: named } }, { model: "b" });
    const { data } = await list(fixture);
    expect(data.map(({ id }) => id).filter((id) => /claude|anthropic/i.test(id))).toEqual([
      "my-Claude:latest",
      "claude-b",
      "claude-a:latest",
      "claude-c:latest",
    ]);
    expect(data.at(-1)).toMatchObject({ display_name: "c:latest" });
    const one = await fetch(`${fixture.url}/v1/models/claude-c`);
    expect(await one.json()).toMatchObject({ id: "claude-c", display_name: "c" });
  });

  test.each([
    ["claude-b", "b"],
    ["claude-a", "a"],
    ["claude-a:latest", "a:latest"],
    ["claude-real", "claude-real"],
    ["claude-no-such", "claude-no-such"],
  ])("%s is a name of %s", async (asked, model) => {
    const named = [...models, { name: "claude-real:latest", modified_at: "2026-01-02T03:04:05Z" }];
    await using fixture = await ollama({ "/api/tags": { models: named } }, { model: "b" });
    await fixture.post({ ...REQUEST, model: asked });
    expect(sent(fixture).model).toBe(model);
  });

  test("pages", async () => {
    await using fixture = await ollama({ "/api/tags": { models } }, { model: null });
    expect(await list(fixture, "?limit=2")).toMatchObject({
      has_more: true,
      first_id: "a:latest",
      last_id: "b:latest",
    });
    expect(await list(fixture, "?limit=4&after_id=b:latest")).toMatchObject({
      has_more: false,
      data: [{ id: "c:latest" }, { id: "claude-a:latest" }, {}, { id: "claude-c:latest" }],
    });
    expect(await list(fixture, "?limit=1&before_id=c:latest")).toMatchObject({
      has_more: true,
      data: [{ id: "b:latest" }],
    });
    for (const query of [
      "?limit=0",
      "?limit=x",
      "?limit=1001",
      "?after_id=zz",
      "?after_id=a:latest&before_id=b:latest",
    ]) {
      expect(await list(fixture, query)).toMatchObject({
        type: "error",
        error: { type: "invalid_request_error" },
      });
    }
  });

  test("an upstream that hangs does not make it hang", async () => {
    await using fixture = await startBridge(answerOllama, { provider: "ollama" }, () => undefined);
    expect(await list(fixture)).toMatchObject({ data: [{ id: "m" }, { id: "claude-m" }] });
  });
});
