import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  bodyOf,
  chatsOf,
  messagesOf,
  repeatedBodies,
  sequenceOf,
  startSession,
  type ClientSession,
} from "../testing/client-session.ts";
import { png } from "../testing/png.ts";
import { SAID, scenarioScripts } from "../testing/scenarios.ts";

/** A message as the bridge sends it, in either dialect. */
interface SentMessage {
  role: string;
  content: unknown;
  tool_call_id?: string;
  tool_calls?: { id?: string; function: { name: string } }[];
  images?: string[];
}

function sent(session: ClientSession, index: number): SentMessage[] {
  const exchange = chatsOf(session).at(index);
  if (exchange === undefined) return [];
  return (JSON.parse(bodyOf(exchange)) as { messages: SentMessage[] }).messages;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** A run that ended well with this answer. */
function success(text: string): object {
  return { exitCode: 0, timedOut: false, result: { is_error: false, result: text } };
}

/** No request without a stream, none twice, none that failed, none left open. */
function expectClean(session: ClientSession, requests: number): void {
  const front = messagesOf(session);
  expect(sequenceOf(front)).toEqual(Array.from({ length: requests }, () => "true 200"));
  expect(repeatedBodies(front)).toEqual([]);
  expect(repeatedBodies(chatsOf(session))).toEqual([]);
  expect(chatsOf(session)).toHaveLength(requests);
  expect([...front, ...chatsOf(session)].map(({ response }) => response.end)).toEqual(
    Array.from({ length: requests * 2 }, () => "complete"),
  );
}

describe.each(["ollama", "openai"] as const)("the full client over %s", (dialect) => {
  let session: ClientSession;

  beforeEach(async () => {
    session = await startSession(dialect, (cwd) => ({ scripted: { scripts: scenarioScripts(cwd) } }));
  });

  afterEach(() => session.close());

  test("is answered with plain text", async () => {
    expect(await session.run({ prompt: "[[say-text]]" })).toMatchObject(success(SAID));
    expectClean(session, 1);
  });

  test("runs Bash, then Read, then reads the final answer", async () => {
    writeFileSync(join(session.cwd, "notes.txt"), "line one\n[[notes-read]]\n");
    expect(await session.run({ prompt: "[[use-tools]]" })).toMatchObject(success("Bash and Read have run."));
    expectClean(session, 3);
    const roles = sent(session, -1).map(({ role }) => role);
    expect(roles.slice(-4)).toEqual(["assistant", "tool", "assistant", "tool"]);
  });

  test("runs three tools in parallel, one of which fails", async () => {
    writeFileSync(join(session.cwd, "parallel.txt"), "[[parallel-read]]\n");
    expect(await session.run({ prompt: "[[in-parallel]]" })).toMatchObject(
      success("Two worked and one failed."),
    );
    expectClean(session, 2);
    // The slow call's result comes last from the client, and first to the model.
    expect(messagesOf(session).map(bodyOf).at(-1)).toMatch(/\[\[parallel-read\]\].*no-such-file.*400000000/s);
    const messages = sent(session, -1);
    const results = messages.filter(({ role }) => role === "tool");
    expect(results.map(({ content }) => content)).toEqual([
      expect.stringContaining("400000000"),
      expect.stringMatching(/^Tool error: Exit code \d\n.*no-such-file/),
      expect.stringContaining("[[parallel-read]]"),
    ]);
    const calls = messages.flatMap(({ tool_calls: called }) => called ?? []);
    expect(results.map(({ tool_call_id: id }) => id)).toEqual(calls.map(({ id }) => id));
  });

  test("shows the model a picture it reads, once", async () => {
    const picture = png(16, 16, [255, 0, 0]);
    writeFileSync(join(session.cwd, "picture.png"), picture);
    expect(await session.run({ prompt: "[[see-picture]]" })).toMatchObject(success("The picture is red."));
    expectClean(session, 2);
    const bytes = picture.toString("base64");
    expect(messagesOf(session).map((exchange) => count(bodyOf(exchange), bytes))).toEqual([0, 1]);
    expect(chatsOf(session).map((exchange) => count(bodyOf(exchange), bytes))).toEqual([0, 1]);
  });

  test("holds a session of two prompts", async () => {
    const prompts = ["[[first-prompt]]", "[[second-prompt]]"].map((text) =>
      JSON.stringify({ type: "user", message: { role: "user", content: text } }),
    );
    const format = ["--input-format", "stream-json", "--output-format", "stream-json", "--verbose"];
    const run = await session.run({ args: ["-p", ...format], stdin: `${prompts.join("\n")}\n` });
    const results = run.events.filter(({ type }) => type === "result").map(({ result }) => result);
    expect(run.exitCode).toBe(0);
    expect(results).toEqual(["The first answer.", "The second answer."]);
    expectClean(session, 2);
    expect(sent(session, -1).at(-1)).toMatchObject({ role: "user" });
    expect(JSON.stringify(sent(session, -1))).toContain("The first answer.");
  });

  test("lets a sub-agent work and report", async () => {
    expect(await session.run({ prompt: "[[use-agent]]" })).toMatchObject(success("The agent has reported."));
    expectClean(session, 3);
    const byAgents = messagesOf(session).filter(({ request }) =>
      request.headers.some(([name]) => name.toLowerCase() === "x-claude-code-agent-id"),
    );
    expect(byAgents).toHaveLength(1);
  });
});
