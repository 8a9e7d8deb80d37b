import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  chatsOf,
  messagesOf,
  sequenceOf,
  startSession,
  type ClientSession,
} from "../testing/client-session.ts";
import { failure, type FailureName } from "../testing/failing-model.ts";
import { SAID, scenarioScripts } from "../testing/scenarios.ts";
import type { RunClaudeResult } from "./run-claude.ts";

/** One scenario in which the model server fails the same way whenever it is asked. */
interface Scenario {
  /** What the client asked for, `stream` and the status it got: in this order and nothing more. */
  front: string[];
  /** The statuses of the model server. */
  back: number[];
  /** What the user reads, up to the advice that the client adds. */
  says: string;
  reason: "api_error" | "prompt_too_long";
}

const CUT = "API Error: 502 The model server's answer was cut off (UND_ERR_SOCKET). ";

const TOO_LONG: Scenario = {
  front: ["true 400"],
  back: [400],
  says: "Prompt is too long · the request is ~61234 tokens (limit 4096) ",
  reason: "prompt_too_long",
};

/** Nothing was said yet, so the status can tell: it is tried once more, as `CLAUDE_CODE_MAX_RETRIES` says. */
function refused(status: number, says: string): Scenario {
  return { front: ["true 502", "true 502"], back: [status, status], says, reason: "api_error" };
}

/** Something was said, so an error event follows, after which the client asks once without a stream. */
const CUT_IN_STREAM: Scenario = {
  front: ["true 200", "false 502"],
  back: [200, 200],
  says: CUT,
  reason: "api_error",
};

/** A wrong key is not tried again, and never looks like the user's own login. */
function badKey(said: string): Scenario {
  const says = `API Error: 502 the model server refused the bridge's own credential (status 401): ${said}; check the key the bridge was started with. `;
  return { front: ["true 502"], back: [401], says, reason: "api_error" };
}

const SCENARIOS: Record<"ollama" | "openai", Record<FailureName, Scenario>> = {
  ollama: {
    "500": refused(
      500,
      "API Error: 502 the model server failed: llama runner process has terminated: exit status 2. ",
    ),
    "text cut": CUT_IN_STREAM,
    // Ollama sends a call in one line: what was cut off is no answer at all yet.
    "call cut": refused(200, CUT),
    overflow: TOO_LONG,
    "401": badKey("unauthorized"),
  },
  openai: {
    "500": refused(500, "API Error: 502 the model server failed: The engine crashed. "),
    "text cut": CUT_IN_STREAM,
    "call cut": CUT_IN_STREAM,
    overflow: TOO_LONG,
    "401": badKey("Incorrect API key provided"),
  },
};

describe.each(["ollama", "openai"] as const)("over %s", (dialect) => {
  let session: ClientSession;

  beforeEach(async () => {
    session = await startSession(dialect, (cwd) => ({ scripted: { scripts: scenarioScripts(cwd) } }));
  });

  afterEach(() => session.close());

  function runAgainst(name: FailureName): Promise<RunClaudeResult> {
    session.scripted.enqueue(...Array.from({ length: 12 }, () => failure(dialect, name)));
    return session.run({ prompt: "hi", env: { CLAUDE_CODE_MAX_RETRIES: "1" } });
  }

  test.each(Object.entries(SCENARIOS[dialect]))(
    "%s: what is asked and what the user reads",
    async (name, expected) => {
      const run = await runAgainst(name as FailureName);
      expect(sequenceOf(messagesOf(session))).toEqual(expected.front);
      expect(chatsOf(session).map(({ response }) => response.status)).toEqual(expected.back);
      expect(run).toMatchObject({
        exitCode: 1,
        timedOut: false,
        result: { is_error: true, terminal_reason: expected.reason },
      });
      expect(run.result?.result?.slice(0, expected.says.length)).toBe(expected.says);
      expect(existsSync(join(session.cwd, "half-call-ran"))).toBe(false);
    },
  );

  test.each([
    ["500", ["true 502", "true 200"]],
    ["text cut", ["true 200", "false 200"]],
    ["call cut", dialect === "ollama" ? ["true 502", "true 200"] : ["true 200", "false 200"]],
  ] as const)("%s, once: the next answer stands", async (name, front) => {
    session.scripted.enqueue(failure(dialect, name));
    const run = await session.run({ prompt: "[[say-text]]", env: { CLAUDE_CODE_MAX_RETRIES: "1" } });
    expect(sequenceOf(messagesOf(session))).toEqual(front);
    expect(run).toMatchObject({ exitCode: 0, result: { is_error: false, result: SAID } });
    expect(existsSync(join(session.cwd, "half-call-ran"))).toBe(false);
  });
});
