import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createBridge } from "../bridge.ts";
import { errorsOf, FETCH, SEARCH, Stage, typesOf } from "./answer.test.support.ts";

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.start();
});

afterEach(() => stage[Symbol.asyncDispose]());

describe("a page", () => {
  const asked = (url: string): object => ({
    tools: [FETCH],
    messages: [{ role: "user", content: `Read ${url} please.` }],
  });

  test("is read, shown as a document and given to the model", async () => {
    stage.open();
    stage.served = { body: "<title>T</title><p>The needle.</p>" };
    stage.script = [[["web_fetch", { url: `${stage.web.url}/page` }]], "Read."];
    const answer = await stage.ask(asked(`${stage.web.url}/page`));
    expect(answer.content[2]).toMatchObject({
      type: "web_fetch_tool_result",
      content: {
        type: "web_fetch_result",
        url: `${stage.web.url}/page`,
        retrieved_at: expect.stringMatching(/^\d{4}-/),
        content: { type: "document", source: { type: "text", data: "The needle." }, title: "T" },
      },
    });
    expect(answer.usage.server_tool_use).toEqual({ web_search_requests: 0, web_fetch_requests: 1 });
    expect(stage.sent(1).messages.at(-1)?.content).toContain("The needle.");
  });

  test("that a search of the same answer found may be read", async () => {
    stage.open();
    stage.served = { body: { results: [{ url: `${stage.web.url}/found`, title: "T", content: "" }] } };
    stage.script = [[["web_search", { query: "a" }]], [["web_fetch", { url: `${stage.web.url}/found` }]]];
    const answer = await stage.ask({ tools: [SEARCH, FETCH] });
    expect(typesOf(answer)).toContain("web_fetch_tool_result");
    expect(stage.web.requests.map(({ path }) => path)).toContain("/found");
  });

  test.each<[name: string, url: string, tool: object, code: string]>([
    ["that nobody named", "https://elsewhere.example/", FETCH, "url_not_in_prior_context"],
    [
      "of a domain that is not allowed",
      "",
      { ...FETCH, allowed_domains: ["example.com"] },
      "url_not_allowed",
    ],
    ["of a domain that is blocked", "", { ...FETCH, blocked_domains: ["127.0.0.1"] }, "url_not_allowed"],
  ])("%s is not read", async (_name, url, tool, code) => {
    stage.open();
    const here = `${stage.web.url}/page`;
    stage.script = [[["web_fetch", { url: url === "" ? here : url }]]];
    expect(errorsOf(await stage.ask({ ...asked(here), tools: [tool] }))).toEqual([code]);
    expect(stage.web.requests).toEqual([]);
  });

  test("is cut at max_content_tokens", async () => {
    stage.open();
    stage.served = { body: "word ".repeat(4_000) };
    stage.script = [[["web_fetch", { url: `${stage.web.url}/page` }]]];
    await stage.ask({ ...asked(`${stage.web.url}/page`), tools: [{ ...FETCH, max_content_tokens: 100 }] });
    const text = stage.sent(1).messages.at(-1)?.content ?? "";
    expect(text.length).toBeLessThan(700);
    expect(text).toContain("left out");
  });
});

test("no option opens this machine to web_fetch", async () => {
  stage.open();
  await stage.bridge?.close();
  stage.bridge = createBridge({
    provider: "openai",
    baseUrl: `${stage.upstream.url}/v1`,
    model: "m",
    web: { fetch: true },
  });
  stage.script = [[["web_fetch", { url: `${stage.web.url}/page` }]]];
  const answer = await stage.ask({
    tools: [FETCH],
    messages: [{ role: "user", content: `Read ${stage.web.url}/page` }],
  });
  expect(errorsOf(answer)).toEqual(["url_not_allowed"]);
  expect(stage.web.requests).toEqual([]);
});
