import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Dialect } from "../upstream/delta.ts";
import { findClaude } from "../launch/find-claude.ts";
import { startScripted } from "../scripted/server.ts";
import { doTasks } from "../testing/task-model.ts";
import { loadSuites } from "./load.ts";
import type { LiveModel } from "./options.ts";
import { runJob } from "./run-job.ts";
import { selectJobs, type Job } from "./select.ts";
import type { CaseResult } from "./types.ts";
import { liveWorld } from "./world.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const suites = await loadSuites(undefined, { suites: ["tasks"] });
const client = findClaude().then((found) => found && { path: found.path, version: found.version ?? "" });
const signal = new AbortController().signal;

type Spoil = Parameters<typeof doTasks>[2];

async function run(
  id: string,
  dialect: Dialect,
  more: { spoil?: Spoil; context?: number } = {},
): Promise<CaseResult> {
  const scripted = await startScripted({ flavour: dialect });
  closing.push(() => scripted.close());
  doTasks(scripted, dialect, more.spoil);
  const baseUrl = dialect === "openai" ? `${scripted.url}/v1` : scripted.url;
  const live = {
    name: "scripted",
    kind: "url",
    description: "x",
    provider: dialect,
    baseUrl,
    ...profile(more.context),
  };
  const [job] = selectJobs(suites, { cases: [id], live: [live], version: "test" });
  const worldOf = (one: Job): ReturnType<typeof liveWorld> => liveWorld(one.live ?? live, "scripted", signal);
  return runJob(job as Job, { worldOf, client }, "scripted", signal);
}

function profile(used: number | undefined): Pick<LiveModel, "profile"> {
  if (used === undefined) return {};
  const context = { limit: used, used, needed: 12_000 };
  return { profile: { context, capabilities: {} } as LiveModel["profile"] & object };
}

describe("a model that does the task right passes, over either upstream", () => {
  test.each(suites.flatMap(({ cases }) => cases.map(({ id }) => id)))("%s", async (id) => {
    expect(await run(id, "ollama")).toMatchObject({ verdict: "pass", findings: [], blame: null });
  });

  test.each(["tasks.fix-test", "tasks.parallel-reads"])("%s, with the small client", async (id) => {
    expect(await run(id, "openai", { context: 8192 })).toMatchObject({ verdict: "pass", findings: [] });
  });
});

test("what reaches out of the folder is refused, and the task goes on", async () => {
  const outside = join(tmpdir(), `task-outside-${randomUUID()}.txt`);
  const turns: Parameters<NonNullable<Spoil>>[0][] = [
    [{ call: { name: "Bash", arguments: { command: `echo x > ${outside}` } } }],
    [{ call: { name: "Edit", arguments: { file_path: outside, old_string: "", new_string: "x" } } }],
    [{ call: { name: "Bash", arguments: { command: `${process.execPath} -e 1` } } }],
    [{ text: "None of it worked." }],
  ];
  const spoil: Spoil = (turn, number) => turns[number] ?? turn;
  const result = await run("tasks.read", "openai", { spoil, context: 8192 });
  expect(existsSync(outside)).toBe(false);
  expect(result).toMatchObject({ verdict: "fail", blame: "model" });
  expect(result.findings.at(-1)?.evidence).toContain("were refused: 3");
});

describe("a model that does it otherwise fails, and is to blame", () => {
  test.each<[string, string, Spoil, RegExp]>([
    [
      "talk",
      "tasks.read",
      () => [{ text: "The code word is PERIWINKLE-42." }],
      /no tool was called; it said/,
    ],
    [
      "one call after the other",
      "tasks.parallel-reads",
      (turn) => turn.slice(0, 1),
      /no answer made 2 calls at once/,
    ],
    [
      "a wrong edit",
      "tasks.edit",
      (turn) => JSON.parse(JSON.stringify(turn).replace("8080", "8081")) as typeof turn,
      /config.json .* does not match/,
    ],
    [
      "a fault that is left",
      "tasks.fix-test",
      (turn) => JSON.parse(JSON.stringify(turn).replace("price * count", "price - count")) as typeof turn,
      /node --test ended with 1/,
    ],
    [
      "a file elsewhere",
      "tasks.read",
      (turn) => JSON.parse(JSON.stringify(turn).replace("note.txt", "/etc/hostname")) as typeof turn,
      /there was no call of Read or Bash/,
    ],
    [
      "giving up",
      "tasks.recover",
      (turn, number) => (number === 1 ? [{ text: "I cannot." }] : turn),
      /no call of Read or Bash .* after that/,
    ],
    [
      "no end",
      "tasks.read",
      (turn) =>
        turn.some((item) => "text" in item)
          ? [{ call: { name: "Bash", arguments: { command: "ls" } } }]
          : turn,
      /exit code 1 \(max_turns\)/,
    ],
  ])("%s: %s", async (_what, id, spoil, message) => {
    const result = await run(id, "openai", { ...(spoil && { spoil }), context: 8192 });
    expect(result).toMatchObject({ verdict: "fail", blame: "model" });
    expect(result.findings.map((finding) => finding.message).join("\n")).toMatch(message);
    expect(result.findings.at(-1)?.message).toMatch(/^\[--bare\]/);
  });
});
