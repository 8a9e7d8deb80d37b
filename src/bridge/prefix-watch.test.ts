import { describe, expect, test } from "vitest";
import { startBridge } from "../testing/bridge-fixture.ts";
import { startEvents, textStream } from "../testing/fake-upstream.ts";
import { PrefixWatch } from "./prefix-watch.ts";

const SESSION = { "x-claude-code-session-id": "s" };
const TOOLS = [{ name: "Bash" }];
const user = (content: string): object => ({ role: "user", content });
const LONG = "words that fill some blocks of sixty-four characters ".repeat(10);
const body = (messages: object[], tools: unknown = TOOLS): string => JSON.stringify({ messages, tools });

function observe(bodies: string[], headers: Record<string, string> = SESSION): unknown[] {
  const watch = new PrefixWatch();
  return bodies.map((each) => watch.observe(headers, "m", each));
}

const [A, B, C] = [user(`a ${LONG}`), user(`b ${LONG}`), user(`c ${LONG}`)] as const;

describe("a conversation", () => {
  test("that goes on loses nothing", () => {
    expect(observe([body([A]), body([A, B]), body([A, B, C])])).toEqual([null, null, null]);
  });

  test("that is sent again, or goes back, loses nothing", () => {
    expect(observe([body([A, B]), body([A, B]), body([A])])).toEqual([null, null, null]);
  });

  test("whose second message changed names it, about where, and what is lost", () => {
    const changed = { ...B, content: `b ${LONG.replace("blocks", "BLOCKS")}` };
    const [, , broken] = observe([body([A, B]), body([A, B, C]), body([A, changed, C])]);
    const exact = JSON.stringify(B).indexOf("blocks");
    const { message, byte, toolsChanged, tokensLost } = broken as Record<string, number>;
    expect({ message, toolsChanged }).toEqual({ message: 1, toolsChanged: false });
    expect(exact - (byte ?? 0)).toBeGreaterThanOrEqual(0);
    expect(exact - (byte ?? 0)).toBeLessThan(64);
    expect(tokensLost).toBeGreaterThan(200);
  });

  test("whose tools changed says so", () => {
    const [, changed] = observe([body([A]), body([A, B], [...TOOLS, { name: "Late" }])]);
    expect(changed).toMatchObject({ message: null, toolsChanged: true });
  });

  test("is not confused by a side request of the same session", () => {
    const title = body([user(`title ${LONG}`)], null);
    expect(observe([body([A]), title, body([A, B]), title, body([A, B, C])])).toEqual(Array(5).fill(null));
  });

  test("of another session, agent or model is another", () => {
    const watch = new PrefixWatch();
    const other = { ...A, content: `a ${LONG}!` };
    watch.observe(SESSION, "m", body([A, B]));
    expect(watch.observe({ "x-claude-code-session-id": "t" }, "m", body([other, B]))).toBeNull();
    expect(watch.observe({ ...SESSION, "x-claude-code-agent-id": "a1" }, "m", body([other, B]))).toBeNull();
    expect(watch.observe(SESSION, "n", body([other, B]))).toBeNull();
    expect(watch.observe(SESSION, "m", body([other, B]))).not.toBeNull();
  });

  test("without a name is not followed", () => {
    expect(observe([body([A, B]), body([B, A])], {})).toEqual([null, null]);
  });
});

test("the bridge says in its debug log where a prompt broke, without content", async () => {
  const entries: { entry: object; message: string }[] = [];
  const note = (entry: object, message: string): void => void entries.push({ entry, message });
  const log = { debug: note, info: note, warn: note, error: note };
  await using fixture = await startBridge((request) => startEvents(request).end(textStream("ok")), { log });
  const post = (content: string): Promise<Response> =>
    fixture.post({ model: "m", max_tokens: 10, messages: [{ role: "user", content }] }, { headers: SESSION });
  await (await post(`one ${LONG} first secret-word ${LONG}`)).text();
  await (await post(`one ${LONG} other secret-word ${LONG}`)).text();
  const broken = entries.filter(({ message }) => message.includes("prefix"));
  expect(broken).toHaveLength(1);
  expect(broken[0]?.entry).toMatchObject({ message: 0, toolsChanged: false });
  expect(JSON.stringify(broken)).not.toContain("secret-word");
});
