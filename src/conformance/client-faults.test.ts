import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startScripted } from "../scripted/server.ts";
import { fakeClaude } from "../testing/fake-claude.ts";
import { doTasks } from "../testing/task-model.ts";
import type { CaseSpec } from "./case.ts";
import type { LiveModel } from "./options.ts";
import { runJob } from "./run-job.ts";
import type { Job } from "./select.ts";
import type { CaseResult } from "./types.ts";
import { liveWorld } from "./world.ts";
import { embeddedWorldOf } from "./worlds.ts";

let folder: string;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "client-faults-"));
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true });
});

/** In the client's place: asks as it does, does its tools as it is told to, and prints a result. */
const CLIENT = `
const prompt = process.argv[process.argv.indexOf("-p") + 1];
const messages = [{ role: "user", content: prompt }];
const tools = ["Read", "Edit", "Bash"].map((name) => ({ name, input_schema: { type: "object" } }));
const ask = async (leave) => {
  const response = await fetch(process.env.ANTHROPIC_BASE_URL + "/v1/messages", {
    method: "POST",
    headers: { "content-type": "application/json", "anthropic-version": "2023-06-01" },
    body: JSON.stringify({ model: "scripted", max_tokens: 100, stream: true, messages, tools }),
  });
  if (leave) {
    await response.body.getReader().read();
    process.exit(0);
  }
  const events = (await response.text()).split("\\n").filter((line) => line.startsWith("data: ")).map((line) => JSON.parse(line.slice(6)));
  const blocks = [];
  for (const { type, index, content_block: block, delta } of events) {
    if (type === "content_block_start") blocks[index] = { ...block, json: "" };
    if (type === "content_block_delta") {
      if (delta.text !== undefined) blocks[index].text += delta.text;
      blocks[index].json += delta.partial_json ?? "";
    }
  }
  return blocks.map(({ json, ...block }) => (block.type === "tool_use" ? { ...block, input: JSON.parse(json || "{}") } : block));
};
const answer = (blocks, result) => {
  messages.push({ role: "assistant", content: blocks });
  messages.push({ role: "user", content: blocks.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: result })) });
};
const end = (blocks) => console.log(JSON.stringify({ type: "result", is_error: false, terminal_reason: "completed", result: blocks?.at(-1)?.text ?? "" }));
`;

async function run(then: string, spec: Partial<CaseSpec>, delayMs = 0): Promise<CaseResult> {
  const scripted = await startScripted({ flavour: "openai", delayMs });
  closing.push(() => scripted.close());
  if (delayMs === 0) doTasks(scripted, "openai");
  const live: LiveModel = {
    name: "scripted",
    kind: "url",
    description: "",
    provider: "openai",
    baseUrl: `${scripted.url}/v1`,
  };
  const { path } = fakeClaude(folder, `${CLIENT}(async () => { ${then} })();`);
  const whole = { id: "x.y", level: "MUST", kinds: ["capable"], title: "t", spec: [], limit: "20s", ...spec };
  const suite = { suite: "x", title: "x", defaults: {}, cases: [] };
  const row = { kind: "capable", dialect: "openai", reported: "openai", mode: null, way: null, skip: null };
  const job = { suite, spec: whole, live, ...row } as unknown as Job;
  const { signal } = new AbortController();
  const worldOf = (): ReturnType<typeof liveWorld> => liveWorld(live, "scripted", signal);
  return runJob(job, { worldOf, client: Promise.resolve({ path, version: "0" }) }, "scripted", signal);
}

const READ: Partial<CaseSpec> = {
  procedure: {
    task: {
      prompt: "Read the file note.txt in this folder.",
      files: { "note.txt": "The code word is PERIWINKLE-42.\n" },
      passed: { tools: [{ name: "Read", result: { contains: "PERIWINKLE-42" } }] },
    },
  },
};

const EDIT: Partial<CaseSpec> = {
  procedure: {
    task: {
      prompt: "In config.json in this folder, change the port.",
      files: { "config.json": '{ "port": 3000 }\n' },
      passed: { tools: [{ name: "Edit" }], files: { "config.json": '{ "port": 8080 }\n' } },
    },
  },
};

const readIt = `const blocks = await ask(); answer(blocks, readFileSync("note.txt", "utf8"));`;

test("a client that does its part passes", async () => {
  const result = await run(`${readIt} end(await ask());`, READ);
  expect(result.findings).toEqual([]);
  expect(result).toMatchObject({ verdict: "pass", blame: null });
});

test.each<[string, string, Partial<CaseSpec>, RegExp]>([
  [
    "dies at a good answer",
    "await ask(); process.exit(3);",
    READ,
    /the answers were good, and the client ended with exit code 3/,
  ],
  ["keeps a result to itself", "end(await ask());", READ, /the client never sent the result of Read/],
  [
    "does not end after its last answer",
    `${readIt} end(await ask()); setInterval(() => {}, 1000);`,
    { ...READ, limit: "4s" },
    /had its last answer and did not end by itself/,
  ],
  [
    "says that it has edited a file, and has not",
    `answer(await ask(), readFileSync("config.json", "utf8")); answer(await ask(), "Done."); end(await ask());`,
    EDIT,
    /Edit said that it had changed config\.json, and it had not/,
  ],
  [
    "reads another text than the file's",
    `answer(await ask(), "The code word is lost."); end(await ask());`,
    READ,
    /Read gave another text than that of note\.txt/,
  ],
  ["asks for nothing", "end([]);", READ, /the client asked for nothing/],
])("a client that %s is to blame", async (_what, then, spec, why) => {
  const result = await run(then, spec);
  expect(result).toMatchObject({ verdict: "fail", blame: "client" });
  expect(result.findings[0]?.rule).toBe("blame");
  expect(result.findings[0]?.message).toMatch(why);
});

/** Its model says `[[text]]` word by word, for longer than the limit. */
const LONG: Partial<CaseSpec> = {
  procedure: { task: { prompt: "[[text]]", passed: { tools: [{ name: "Read" }] } } },
};

test("a client that leaves while the model speaks is to blame", async () => {
  const result = await run("await ask(true);", LONG, 300);
  expect(result).toMatchObject({ verdict: "fail", blame: "client" });
  expect(result.findings[0]?.message).toMatch(/left in the middle of an answer/);
});

test("a model that still speaks when the time is over is to blame, not the client that waits", async () => {
  const result = await run("await ask();", { ...LONG, limit: "2s" }, 700);
  expect(result).toMatchObject({ verdict: "fail", blame: "model" });
  expect(result.findings[0]?.message).toMatch(/the model was still speaking when the time was over/);
  expect(result.findings[1]?.message).toBe("not done after 2s: the client was ended");
});

test("a command that does not end is the model's, who called for it", async () => {
  const prompt = "Which files are in this folder?";
  const procedure = { task: { prompt, passed: { tools: [{ name: "Bash" }] } } };
  const result = await run("await ask(); setInterval(() => {}, 1000);", { procedure, limit: "3s" });
  expect(result).toMatchObject({ verdict: "fail", blame: "model" });
  expect(result.findings[0]?.message).toMatch(/the command that it called for did not end in time/);
});

test("a model server that says nothing for the whole time is the environment's", async () => {
  const result = await run("await ask();", { ...LONG, limit: "2s" }, 60_000);
  expect(result).toMatchObject({ verdict: "fail", blame: "environment" });
});

/** A row of kind `client`: the words are ours, and so is the bridge's world. */
async function runScripted(then: string): Promise<CaseResult> {
  const { path } = fakeClaude(folder, `${CLIENT}(async () => { ${then} })();`);
  const procedure = { claude: { prompt: "Say OK", turns: [[{ text: "OK." }]], exit: 0, result: "OK." } };
  const spec = { id: "x.y", level: "MUST", kinds: ["client"], title: "t", spec: [], procedure };
  const suite = { suite: "x", title: "x", defaults: {}, cases: [] };
  const row = { kind: "client", dialect: "openai", reported: "openai", mode: null, live: null, way: null };
  const job = { suite, spec, skip: null, ...row } as unknown as Job;
  const { signal } = new AbortController();
  const client = Promise.resolve({ path, version: "0" });
  return runJob(job, { worldOf: embeddedWorldOf, client }, "scripted", signal);
}

test.each<[string, string, RegExp]>([
  ["dies", "await ask(); process.exit(3);", /ended with exit code 3/],
  [
    "shows other words than it got",
    "await ask(); end([{ text: 'No.' }]);",
    /shows other words than those of its last answer/,
  ],
])("a session with our words, whose client %s", async (_what, then, why) => {
  const result = await runScripted(then);
  expect(result).toMatchObject({ verdict: "fail", blame: "client" });
  expect(result.findings[0]?.message).toMatch(why);
});

test("without a client a task is skipped, and says why", async () => {
  const job = {
    spec: { id: "x.y", ...READ },
    suite: { suite: "x" },
    kind: "capable",
    skip: null,
  } as unknown as Job;
  const { signal } = new AbortController();
  const worldOf = (): never => {
    throw new Error("no world is needed");
  };
  const result = await runJob(job, { worldOf, client: Promise.resolve(null) }, "m", signal);
  expect(result).toMatchObject({
    verdict: "skip",
    reason: expect.stringContaining("there is no Claude Code"),
  });
});
