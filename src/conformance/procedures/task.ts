import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import type { Finding } from "../../strict/finding.ts";
import { automaticFindings } from "../automatic.ts";
import { clientFor } from "../client-choice.ts";
import { showDuration } from "../duration.ts";
import { excerpt } from "../path.ts";
import { toolUses, type ToolUse } from "../tool-uses.ts";
import {
  clientFacts,
  clientLog,
  inScratch,
  runTapped,
  type FolderContents,
  type Session,
} from "./client-session.ts";
import { misdeedsIn } from "./misdeeds.ts";
import { procedure, type Procedure, type ProcedureContext } from "./procedure.ts";
import { unmet, type Passed, type TaskFacts } from "./task-checks.ts";

interface Arguments extends FolderContents {
  prompt: string;
  /** Commands that may run besides those that only read the folder, as the client's permission rules write them. */
  commands?: string[];
  /** Most answers of the model. Default 12. */
  turns?: number;
  passed: Passed;
}

const TURNS = 12;
/** Longest run of the check afterwards, ms. */
const CHECK_MS = 30_000;

const object = { type: "object" };
const texts = { type: "array", items: { type: "string" } };

const PASSED = {
  type: "object",
  required: ["tools"],
  additionalProperties: false,
  properties: {
    tools: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["name"],
        additionalProperties: false,
        properties: {
          name: { anyOf: [{ type: "string" }, texts] },
          input: {},
          result: {},
          error: { type: "boolean" },
        },
      },
    },
    together: { type: "integer", minimum: 2 },
    result: {},
    files: object,
    unchanged: texts,
    node: texts,
  },
};

/**
 * A task for a live model with the real Claude Code: in a scratch folder of its own, with a HOME of its own, pointed at
 * loopback alone. Judged afterwards from the folder and from the requests at the tap before the
 * bridge, whose answers must all be legal.
 */
export const task: Procedure<Arguments> = procedure(
  {
    type: "object",
    required: ["prompt", "passed"],
    additionalProperties: false,
    properties: {
      prompt: { type: "string" },
      files: { type: "object", additionalProperties: { type: "string" } },
      fixtures: { type: "object", additionalProperties: { type: "string" } },
      commands: texts,
      turns: { type: "integer", minimum: 1 },
      passed: PASSED,
    },
  },
  (context, args) => inScratch(args, (cwd, home) => runTask(context, args, cwd, home)),
  { live: true },
);

async function runTask(
  { world, binary, live, limitMs, keep }: ProcedureContext,
  args: Arguments,
  cwd: string,
  home: string,
): Promise<Finding[]> {
  const { bare, env } = clientFor(live?.profile);
  const session = await runTapped(world, {
    prompt: args.prompt,
    cwd,
    home,
    bare,
    timeoutMs: limitMs,
    permissions: { commands: args.commands ?? [] },
    args: ["--max-turns", String(args.turns ?? TURNS)],
    env: { CLAUDE_CODE_MAX_RETRIES: "1", PATH: pathWithNode(), ...env },
    ...(binary === undefined ? {} : { binary }),
  });
  const uses = toolUses(session.exchanges);
  keep(session.exchanges, clientFacts(session, await misdeedsIn(uses, cwd, args.files ?? {})));
  const facts = await factsOf(session, uses, args, cwd);
  const label = bare ? "[--bare] " : "";
  const problems = [...endProblems(session, limitMs), ...unmet(args.passed, facts)];
  const evidence = story(session, uses);
  const streams = await Promise.all(
    session.exchanges.map((exchange) =>
      automaticFindings(exchange, { scripted: false, foreign: world.foreign }),
    ),
  );
  return [
    ...problems.map((message): Finding => {
      return { rule: "task", message: `${label}${message}`, evidence, severity: "error" };
    }),
    // What the client itself cut short is no fault of the stream.
    ...(session.run.timedOut ? [] : streams.flat()),
  ];
}

function endProblems({ run }: Session, limitMs: number): string[] {
  if (run.timedOut) return [`not done after ${showDuration(limitMs)}: the client was ended`];
  const { result } = run;
  if (run.exitCode === 0 && result?.is_error === false) return [];
  return [`the client ended with exit code ${run.exitCode} (${result?.terminal_reason ?? "no result"})`];
}

async function factsOf(
  { run }: Session,
  uses: readonly ToolUse[],
  { files = {}, passed }: Arguments,
  cwd: string,
): Promise<TaskFacts> {
  const names = new Set([...Object.keys(passed.files ?? {}), ...(passed.unchanged ?? [])]);
  const after: Record<string, string> = {};
  for (const name of names) {
    const text = await readFile(join(cwd, name), "utf8").catch(() => null);
    if (text !== null) after[name] = text;
  }
  const ran = passed.node === undefined ? null : await runNode(passed.node, cwd);
  return { uses, said: run.result?.result ?? null, before: files, after, ran };
}

/** Commands of a task find the Node that checks it afterwards. */
function pathWithNode(): string {
  return [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
}

/** Without the user's variables, and for a short time only. */
function runNode(args: readonly string[], cwd: string): Promise<NonNullable<TaskFacts["ran"]>> {
  const env = { PATH: pathWithNode(), HOME: cwd };
  return new Promise((resolve) => {
    const options = { cwd, env, timeout: CHECK_MS, killSignal: "SIGKILL" as const };
    const child = execFile(process.execPath, args, options, (_error, stdout, stderr) =>
      resolve({ exitCode: child.exitCode, output: `${stdout}${stderr}`.trim() }),
    );
  });
}

/** What happened, a line each, and the end of what the client printed. */
function story({ run, exchanges }: Session, uses: readonly ToolUse[]): string {
  const lines = uses.map(({ turn, name, input, result }) => {
    const answer = result === null ? "no result" : `${result.isError ? "error" : "ok"} ${result.text}`;
    return excerpt(`${turn + 1} ${name} ${JSON.stringify(input)} -> ${answer}`.replaceAll(/\s+/g, " "), 300);
  });
  const denied = run.result?.permission_denials?.length ?? 0;
  return [
    `requests: ${exchanges.length}`,
    ...lines,
    ...(denied > 0 ? [`calls that reached further than the task needs, and were refused: ${denied}`] : []),
    clientLog(run),
  ].join("\n");
}
