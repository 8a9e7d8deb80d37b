import { expect, test } from "vitest";
import { REQUEST, startBridge } from "../testing/bridge-fixture.ts";
import { ollamaText, startEvents, textStream } from "../testing/fake-upstream.ts";

const tool = (name: string): object => ({
  name,
  description: "what it is for\n".repeat(200),
  input_schema: { type: "object", properties: { n: { type: "integer", maximum: 9007199254740991 } } },
});

test.each(["ollama", "openai"] as const)(
  "tools that come again reach the model as the first time, changed ones changed (%s)",
  async (provider) => {
    const answer = provider === "openai" ? textStream("hello") : ollamaText("hello");
    await using fixture = await startBridge((request) => startEvents(request).end(answer), { provider });
    const counted: unknown[] = [];
    for (const name of ["look", "look", "find", "look"]) {
      const body = { ...REQUEST, tools: [tool(name)] };
      expect((await fixture.post(body)).status).toBe(200);
      const init = { method: "POST", body: JSON.stringify(body) };
      counted.push(await (await fetch(`${fixture.url}/v1/messages/count_tokens`, init)).json());
    }
    const [first, again, changed, last] = fixture.upstream.chats().map(({ body }) => body);
    expect([again, last]).toEqual([first, first]);
    expect(changed).toBe(first?.replaceAll("look", "find"));
    expect(new Set(counted.map((count) => JSON.stringify(count))).size).toBe(1);
  },
);
