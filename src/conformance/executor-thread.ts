import { parentPort } from "node:worker_threads";
import type { ThreadResult, ThreadTask } from "./executor.ts";
import { runJob } from "./run-job.ts";
import { embeddedWorldOf } from "./worlds.ts";

// The other end of `threadExecutor`.
const worlds = { worldOf: embeddedWorldOf, client: Promise.resolve(null) };
const never = new AbortController().signal;

async function perform({ n, job, model }: ThreadTask): Promise<void> {
  const answer: ThreadResult = { n, result: await runJob(job, worlds, model, never) };
  parentPort?.postMessage(answer);
}

parentPort?.on("message", (task: ThreadTask) => void perform(task));
