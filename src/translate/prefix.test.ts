import { describe, expect, test } from "vitest";
import { sliceJson } from "../wire/json.ts";
import { claudeSession, LOADING_TURN } from "./claude-session.test.support.ts";
import { prefixReport } from "./prefix.ts";
import { ask } from "./requests.test.support.ts";

const TURNS = 20;

describe.each([
  ["ollama", {}],
  ["ollama", { midSystem: "native", toolImages: true }],
  ["openai", {}],
  ["openai", { midSystem: "native", reasoningField: "reasoning_content" }],
] as const)("a session over %s with %j", (dialect, flags) => {
  const bodies = claudeSession(TURNS).map((request) => ask(dialect, request, { flags }).upstream.body ?? "");
  const pairs = bodies.slice(1).map((next, n) => [n + 1, bodies[n] ?? "", next] as const);

  test.each(pairs)("turn %i begins with the bytes of the turn before", (_turn, previous, next) => {
    const messages = (body: string): string => sliceJson(body, ["messages"])?.slice(0, -1) ?? "none";
    expect(messages(next).startsWith(messages(previous))).toBe(true);
    expect(messages(next).length).toBeGreaterThan(messages(previous).length);
    expect(prefixReport(previous, next).broken).toBeNull();
  });

  test("the tools change in the turn that loads one, and in no other", () => {
    const changed = pairs.filter(([, previous, next]) => prefixReport(previous, next).toolsChanged);
    expect(changed.map(([turn]) => turn)).toEqual([LOADING_TURN]);
  });
});

const body = (messages: unknown[], tools?: unknown[]): string => JSON.stringify({ messages, tools });
const user = (content: string): object => ({ role: "user", content });
const TEXT = "a text of some length that costs tokens ".repeat(20);

describe("a report", () => {
  test("of one more message: nothing is lost", () => {
    expect(prefixReport(body([user("a")]), body([user("a"), user("b")]))).toEqual({
      kept: 1,
      toolsChanged: false,
      broken: null,
      tokensLost: 0,
    });
  });

  test("of a message that changed names it, the place within, and what is read again", () => {
    const { kept, broken, tokensLost } = prefixReport(
      body([user("a"), user(`same ${TEXT}`), user(TEXT)]),
      body([user("a"), user(`else ${TEXT}`), user(TEXT)]),
    );
    expect(kept).toBe(1);
    expect(broken).toEqual({ message: 1, byte: '{"role":"user","content":"'.length });
    expect(tokensLost).toBeGreaterThan(400);
  });

  test("of a message that only grew at its end loses no more than what follows", () => {
    const { broken, tokensLost } = prefixReport(body([user("ab")]), body([user("abc")]));
    expect(broken).toEqual({ message: 0, byte: '{"role":"user","content":"ab'.length });
    expect(tokensLost).toBeLessThan(3);
  });

  test("of a conversation gone back takes nothing back", () => {
    expect(prefixReport(body([user("a"), user("b")]), body([user("a")]))).toMatchObject({
      kept: 1,
      broken: null,
      tokensLost: 0,
    });
  });

  test("of other tools loses everything", () => {
    const report = prefixReport(body([user(TEXT)], [{ a: 1 }]), body([user(TEXT), user("b")], [{ a: 2 }]));
    expect(report).toMatchObject({ kept: 1, broken: null, toolsChanged: true });
    expect(report.tokensLost).toBeGreaterThan(200);
  });
});
