import { afterEach, beforeEach, expect, test } from "vitest";
import {
  bodyOf,
  messagesOf,
  sequenceOf,
  startSession,
  type ClientSession,
} from "../testing/client-session.ts";
import type { ByteScript } from "../scripted/script.ts";
import { cleanEnvironment } from "./environment.ts";
import { profileOf } from "./profile.ts";

const { variables } = profileOf({ contextWindow: 40_960, maxOutput: null, thinking: "bool" });
const COMPACTED_AT = 28_672;

let session: ClientSession;

beforeEach(async () => {
  session = await startSession("ollama");
});

afterEach(() => session.close());

/** An answer whose prompt had so many tokens. */
function answer(message: object, promptTokens: number): ByteScript {
  const line = (fields: object): string =>
    `${JSON.stringify({ model: "scripted", created_at: "2026-01-01T00:00:00Z", ...fields })}\n`;
  const counts = { prompt_eval_count: promptTokens, eval_count: 10 };
  return [
    { write: line({ message: { role: "assistant", content: "", ...message }, done: false }) },
    {
      write: line({
        message: { role: "assistant", content: "" },
        done: true,
        done_reason: "stop",
        ...counts,
      }),
    },
    { fin: true },
  ];
}

function bash(word: string, promptTokens: number): ByteScript {
  const call = { function: { name: "Bash", arguments: { command: `echo ${word}`, description: word } } };
  return answer({ tool_calls: [call] }, promptTokens);
}

async function run(): Promise<unknown> {
  const { env } = cleanEnvironment(
    {},
    { baseUrl: session.front.url, token: "session-token", model: "scripted", defaults: variables },
  );
  const { result } = await session.run({ prompt: "Two commands, please.", env });
  return result?.result;
}

test("a conversation below the mark goes on", async () => {
  session.scripted.enqueue(
    bash("turn-one", 16_000),
    bash("turn-two", COMPACTED_AT - 500),
    answer({ content: "Done." }, COMPACTED_AT - 200),
  );
  expect(await run()).toBe("Done.");
  expect(sequenceOf(messagesOf(session))).toEqual(["true 200", "true 200", "true 200"]);
});

test("one that has passed it is compacted, once", async () => {
  session.scripted.enqueue(
    bash("turn-one", 16_000),
    bash("turn-two", COMPACTED_AT + 100),
    answer({ content: "<summary>needle-of-summary</summary>" }, COMPACTED_AT + 900),
    answer({ content: "Done." }, 17_000),
  );
  expect(await run()).toBe("Done.");
  const bodies = messagesOf(session).map(bodyOf);
  expect(bodies.map((body) => body.includes("needle-of-summary"))).toEqual([false, false, false, true]);
});
