import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readCassette } from "../cassette/read.ts";
import { locateClaude } from "../launch/find-claude.ts";
import { scratch } from "../testing/cassettes.ts";
import {
  RECORDED_SESSIONS,
  runSession,
  type RecordedSession,
  type SessionRun,
} from "../testing/recorded-sessions.ts";
import { verifyCassette } from "./verify.ts";

const CASSETTES = fileURLToPath(new URL("../../cassettes/", import.meta.url));

/** Replays under a HOME, in a folder and, as its time zone has it, on a day that the recording did not have. */
function replay(session: RecordedSession, options: string[] = []): Promise<SessionRun> {
  const folder = scratch();
  return runSession(session, {
    home: join(folder, "home-of-another"),
    cwd: join(folder, "quite", "another", "folder"),
    command: ["replay", session.name, "--dir", CASSETTES, ...options],
    env: { TZ: "Pacific/Kiritimati" },
  });
}

const [parallel] = RECORDED_SESSIONS as readonly [RecordedSession];

/** A session of the same cassette with another prompt. */
const withPrompt = (prompt: string): RecordedSession => ({
  ...parallel,
  args: ["-p", prompt, ...parallel.args.slice(2)],
});

describe.skipIf(locateClaude() === null)("the real client", () => {
  test.each(RECORDED_SESSIONS)("plays $name with neither bridge nor model", async (session) => {
    const { exitCode, stdout, stderr } = await replay(session);
    expect(stderr).toMatch(/served (\d+)\/\1 exact \d+ reordered 0 unconsumed 0\n/);
    expect(stdout).toMatch(session.answer);
    expect(exitCode).toBe(0);
  });

  test("plays through the bridge when the cassette is the model's server", async () => {
    const { exitCode, stdout, stderr } = await replay(parallel, ["--surface", "back"]);
    expect(stderr).toMatch(/served (\d+)\/\1 exact \d+ reordered 0 unconsumed 0\n/);
    expect(stdout).toMatch(parallel.answer);
    expect(exitCode).toBe(0);
  });

  test.each(["ollama", "openai"])(
    "is recorded over %s, verified, and played on another machine",
    async (provider) => {
      const dir = scratch();
      const session: RecordedSession = {
        ...withPrompt("Please [[two-commands]]."),
        name: "new",
        answer: /Both commands have run\./,
      };
      const recorded = await runSession(session, {
        home: join(dir, "home"),
        cwd: join(dir, "project"),
        command: ["record", "new", "--dir", join(dir, "cassettes"), "--provider", provider],
      });
      expect(recorded.stderr).toMatch(/recorded 3 exchanges in .* \(client's exit code 0\)/);
      const report = await verifyCassette(await readCassette(join(dir, "cassettes", "new")));
      expect(report.findings).toEqual([]);
      const replayed = await runSession(session, {
        home: join(dir, "other-home"),
        cwd: join(dir, "somewhere", "else"),
        command: ["replay", "new", "--dir", join(dir, "cassettes"), "--fail-on-drift"],
      });
      expect(replayed.stderr).toContain("served 3/3 exact 3 reordered 0 unconsumed 0\n");
      expect([recorded.exitCode, replayed.exitCode]).toEqual([0, 0]);
      expect(replayed.stdout).toMatch(session.answer);
    },
  );

  test("is told of a miss in one request and one line, and the replay fails", async () => {
    const { exitCode, stdout, stderr } = await replay(withPrompt("Do [[three-at-once]], now."));
    const line =
      'ReplayMiss [wrong-lane] POST /v1/messages: exchange 0001 drifted at /messages/0/content  recorded "Do [[three-at-once]], please."  got "Do [[three-at-once]], now."';
    const result = stdout.split("\n").find((text) => text.includes('"type":"result"')) ?? "{}";
    expect(JSON.parse(result)).toMatchObject({ is_error: true, result: `API Error: 410 ${line}` });
    expect(stderr).toContain(line);
    expect(stderr).toContain("unconsumed: exchanges 0001, 0002 were never asked for");
    expect(stderr).toContain("served 0/2 exact 0 reordered 0 unconsumed 2 missed 1");
    expect(exitCode).toBe(4);
  });

  test("that stops before the recording does leaves the rest unconsumed", async () => {
    const { exitCode, stderr } = await replay({ ...parallel, args: [...parallel.args, "--max-turns", "1"] });
    expect(stderr).toContain("unconsumed: exchange 0002 was never asked for");
    expect(exitCode).toBe(4);
  });
});
