import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { checkStream } from "../../strict/check-stream.ts";
import { readEvents } from "../../testing/bridge-fixture.ts";
import { chunk, sse } from "../../testing/fake-upstream.ts";
import { type FakeWebAnswer, ONE_HIT } from "../../testing/fake-web.ts";
import { errorsOf, FETCH, LOOK, type Said, SEARCH, Stage, typesOf } from "./answer.test.support.ts";

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.start();
});

afterEach(() => stage[Symbol.asyncDispose]());

describe("a search", () => {
  test("is shown with its result, and the model gets what was found", async () => {
    stage.open();
    stage.script = [[["web_search", { query: "needle" }]], "It says so."];
    const answer = await stage.ask({ tools: [SEARCH] });
    expect(answer).toMatchObject({
      content: [
        { type: "text", text: "Wait. " },
        { type: "server_tool_use", name: "web_search", input: { query: "needle" } },
        {
          type: "web_search_tool_result",
          content: [
            {
              type: "web_search_result",
              url: "https://example.com/page",
              title: "A page",
              page_age: "2026-05-01",
            },
          ],
        },
        { type: "text", text: "It says so." },
      ],
      stop_reason: "end_turn",
      usage: { input_tokens: 20, output_tokens: 6, server_tool_use: { web_search_requests: 1 } },
    });
    const [, call, result] = answer.content;
    expect(call).toMatchObject({ id: expect.stringMatching(/^srvtoolu_\w+$/) });
    expect(result).toMatchObject({ tool_use_id: (call as { id: string }).id });
    expect(stage.sent(0).tools).toMatchObject([
      { function: { name: "web_search", parameters: { required: ["query"] } } },
    ]);
    expect(stage.sent(1).messages).toMatchObject([
      { role: "user" },
      {
        role: "assistant",
        tool_calls: [{ id: (call as { id: string }).id, function: { name: "web_search" } }],
      },
      {
        role: "tool",
        tool_call_id: (call as { id: string }).id,
        content: expect.stringContaining("An excerpt."),
      },
    ]);
    expect(stage.sent(1).max_tokens).toBe(997);
  });

  test("leaves the next turn's prompt as it was: only what is new is read again", async () => {
    stage.open();
    stage.script = [[["web_search", { query: "a" }]], [["web_search", { query: "b" }]], "Done."];
    const { content } = await stage.ask({ tools: [SEARCH] });
    await stage.ask({
      tools: [SEARCH],
      messages: [
        { role: "user", content: "Find it." },
        { role: "assistant", content },
        { role: "user", content: "And then?" },
      ],
    });
    const [before, after] = [stage.sent(2).messages, stage.sent(3).messages];
    expect(before).toHaveLength(5);
    expect(after.slice(0, before.length)).toEqual(before);
  });

  test("streams: strict grammar, the call's input in deltas, the result whole", async () => {
    stage.open();
    stage.script = [[["web_search", { query: "a" }]], [["web_search", { query: "b" }]], "Done."];
    const text = await (await stage.post({ tools: [SEARCH], stream: true })).text();
    expect(checkStream(Buffer.from(text))).toEqual([]);
    const events = readEvents(text);
    const starts = events.filter(({ event }) => event === "content_block_start");
    expect(starts.map(({ data }) => (data["content_block"] as { type: string }).type)).toEqual([
      "text",
      "server_tool_use",
      "web_search_tool_result",
      "text",
      "server_tool_use",
      "web_search_tool_result",
      "text",
    ]);
    expect(events.filter(({ event }) => event === "message_start")).toHaveLength(1);
    expect(events.at(-2)?.data).toMatchObject({
      delta: { stop_reason: "end_turn" },
      usage: { server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 } },
    });
  });

  test("that takes long is accompanied by pings", async () => {
    stage.open({ pingEveryMs: 40 });
    stage.served = { body: ONE_HIT, wait: 400 };
    stage.script = [[["web_search", { query: "a" }]]];
    const names = readEvents(await (await stage.post({ tools: [SEARCH], stream: true })).text()).map(
      ({ event }) => event,
    );
    const result = names.lastIndexOf("content_block_start", names.lastIndexOf("content_block_start") - 1);
    expect(names.slice(0, result)).toContain("ping");
  });

  test.each<[name: string, served: FakeWebAnswer, code: string]>([
    ["down", { status: 500 }, "unavailable"],
    ["busy", { status: 429 }, "too_many_requests"],
    ["garbage", { body: "<html>" }, "unavailable"],
  ])("whose backend is %s is a 200 with a code, and the model goes on", async (_name, given, code) => {
    stage.open();
    stage.served = given;
    stage.script = [[["web_search", { query: "a" }]], "I do not know."];
    const answer = await stage.ask({ tools: [SEARCH] });
    expect(errorsOf(answer)).toEqual([code]);
    expect(answer.content.at(-1)).toMatchObject({ text: "I do not know." });
    expect(answer.usage.server_tool_use).toEqual({ web_search_requests: 0, web_fetch_requests: 0 });
    expect(stage.sent(1).messages.at(-1)?.content).toContain(code);
  });

  test.each<[name: string, input: object, code: string]>([
    ["with 5000 characters", { query: "x".repeat(5000) }, "query_too_long"],
    ["without a query", {}, "invalid_tool_input"],
    ["with an empty query", { query: " " }, "invalid_tool_input"],
    ["with a query that is no text", { query: 7 }, "invalid_tool_input"],
  ])("%s is not made", async (_name, input, code) => {
    stage.open();
    stage.script = [[["web_search", input]]];
    expect(errorsOf(await stage.ask({ tools: [SEARCH] }))).toEqual([code]);
    expect(stage.web.requests).toEqual([]);
  });

  test("beyond max_uses is refused to the model, which may go on", async () => {
    stage.open();
    stage.script = [
      [["web_search", { query: "a" }]],
      [["web_search", { query: "b" }]],
      [["web_search", { query: "c" }]],
      "Enough.",
    ];
    const answer = await stage.ask({ tools: [{ ...SEARCH, max_uses: 1 }] });
    expect(errorsOf(answer)).toEqual(["max_uses_exceeded", "max_uses_exceeded"]);
    expect(answer.content.at(-1)).toMatchObject({ text: "Enough." });
    expect(answer.usage.server_tool_use?.web_search_requests).toBe(1);
    expect(stage.web.requests).toHaveLength(1);
  });

  test.each([
    [{ allowed_domains: ["other.org"] }, 0],
    [{ allowed_domains: ["example.com"], blocked_domains: [] }, 1],
    [{ blocked_domains: ["example.com"] }, 0],
    [{ allowed_domains: [], blocked_domains: [] }, 1],
  ])("keeps to %j", async (lists, hits) => {
    stage.open();
    stage.script = [[["web_search", { query: "a" }]]];
    const answer = await stage.ask({ tools: [{ ...SEARCH, ...lists }] });
    expect(answer.content.find(({ type }) => type === "web_search_tool_result")).toMatchObject({
      content: expect.toSatisfy((list: unknown[]) => list.length === hits),
    });
  });

  test("is forced once, not again and again", async () => {
    stage.open();
    stage.script = [[["web_search", { query: "a" }]], "Done."];
    await stage.ask({ tools: [SEARCH], tool_choice: { type: "tool", name: "web_search" } });
    expect(stage.sent(0).tool_choice).toEqual({ type: "function", function: { name: "web_search" } });
    expect(stage.sent(1).tool_choice).toBeUndefined();
  });

  test("a model that never stops searching is stopped, and never with pause_turn", async () => {
    stage.open();
    stage.script = Array.from({ length: 30 }, () => [["web_search", { query: "a" }]] as Said);
    const answer = await stage.ask({ tools: [SEARCH] });
    expect(answer.stop_reason).toBe("end_turn");
    expect(stage.upstream.chats()).toHaveLength(10);
    expect(stage.sent(9).tool_choice).toBe("none");
  });

  test("a model may answer without one", async () => {
    stage.open();
    stage.script = ["I know it."];
    const answer = await stage.ask({ tools: [SEARCH] });
    expect(answer).toMatchObject({ content: [{ text: "I know it." }], usage: { server_tool_use: null } });
  });

  test("that the token limit cut has an error as its result", async () => {
    stage.open();
    const cut = { index: 0, id: "c", function: { name: "web_search", arguments: '{"query":"x' } };
    stage.script = [{ raw: sse(chunk({ tool_calls: [cut] }), chunk({}, "length"), "[DONE]") }];
    const answer = await stage.ask({ tools: [SEARCH] });
    expect(typesOf(answer)).toEqual(["server_tool_use", "web_search_tool_result"]);
    expect([errorsOf(answer), answer.stop_reason]).toEqual([["invalid_tool_input"], "max_tokens"]);
  });
});

describe("beside the client's own tools", () => {
  test("a call of each in one step: both stand, the search is carried out, the client goes on", async () => {
    stage.open();
    stage.script = [
      [
        ["web_search", { query: "a" }],
        ["look", { at: "x" }],
      ],
    ];
    const answer = await stage.ask({ tools: [SEARCH, LOOK] });
    expect(typesOf(answer)).toEqual(["text", "server_tool_use", "web_search_tool_result", "tool_use"]);
    expect(answer.stop_reason).toBe("tool_use");
    const call = answer.content.at(-1) as { id: string };
    const next = await stage.ask({
      tools: [SEARCH, LOOK],
      messages: [
        { role: "user", content: "Find it." },
        { role: "assistant", content: answer.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content: "seen" }] },
      ],
    });
    expect(next.content).toMatchObject([{ text: "The end." }]);
    expect(JSON.stringify(stage.sent(1).messages)).toContain("An excerpt.");
  });

  test("a custom tool called web_search is the client's", async () => {
    stage.open();
    stage.script = [[["web_search", { query: "a" }]]];
    const answer = await stage.ask({ tools: [{ ...LOOK, name: "web_search" }] });
    expect([typesOf(answer), answer.stop_reason]).toEqual([["text", "tool_use"], "tool_use"]);
    expect(stage.web.requests).toEqual([]);
  });

  test("without a backend the model is told, and goes on", async () => {
    stage.open({ web: {} });
    stage.script = [[["web_search", { query: "a" }]], "Without it, then."];
    const answer = await stage.ask({ tools: [SEARCH, LOOK] });
    expect(errorsOf(answer)).toEqual(["unavailable"]);
    expect(stage.sent(1).messages.at(-1)?.content).toContain("--web-search");
  });
});

describe("without a backend", () => {
  test.each([
    [SEARCH, "web_search", "--web-search"],
    [FETCH, "web_fetch", "--web-fetch"],
  ])("%j alone is answered at once, explicitly", async (tool, name, flag) => {
    stage.open({ web: { search: { kind: "none" } } });
    const answer = await stage.ask({ tools: [tool] });
    expect(answer).toMatchObject({
      content: [
        { type: "server_tool_use", name },
        {
          type: `${name}_tool_result`,
          content: { type: `${name}_tool_result_error`, error_code: "unavailable" },
        },
        { type: "text", text: expect.stringContaining(flag) },
      ],
      stop_reason: "end_turn",
    });
    expect(stage.upstream.chats()).toEqual([]);
  });

  test("and streamed in strict grammar", async () => {
    stage.open({ web: {} });
    expect(
      checkStream(Buffer.from(await (await stage.post({ tools: [SEARCH], stream: true })).text())),
    ).toEqual([]);
  });
});

test("a client that leaves during a search ends the search, and nothing is asked any more", async () => {
  stage.open();
  stage.served = { body: ONE_HIT, wait: 5_000 };
  stage.script = [[["web_search", { query: "a" }]]];
  const gone = new AbortController();
  const answer = stage.post({ tools: [SEARCH] }, gone.signal);
  await vi.waitFor(() => expect(stage.web.requests).toHaveLength(1), 2_000);
  gone.abort();
  await expect(answer).rejects.toMatchObject({ name: "ClientGone" });
  await vi.waitFor(() => expect(stage.bridge?.metrics.active).toBe(0), 2_000);
  expect(stage.upstream.chats()).toHaveLength(1);
});

describe("what goes wrong between two steps", () => {
  test("is an HTTP error for a whole answer", async () => {
    stage.open();
    stage.script = [[["web_search", { query: "a" }]], { raw: sse(chunk({ content: "half" })) }];
    expect((await stage.post({ tools: [SEARCH] })).status).toBe(502);
  });

  test("is an error event in a stream", async () => {
    stage.open();
    stage.script = [[["web_search", { query: "a" }]], { raw: sse(chunk({ content: "half" })) }];
    const events = readEvents(await (await stage.post({ tools: [SEARCH], stream: true })).text());
    expect(events.at(-1)).toMatchObject({ event: "error", data: { error: { type: "api_error" } } });
    expect(events.map(({ event }) => event)).not.toContain("message_stop");
  });
});
