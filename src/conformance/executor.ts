import type { Worker } from "node:worker_threads";
import { brokenHarness, runJob, type KeepRun } from "./run-job.ts";
import type { Job } from "./select.ts";
import type { CaseResult } from "./types.ts";
import type { Worlds } from "./worlds.ts";

/** Runs rows, one or several at a time. `run` never rejects. */
export interface Executor {
  run(job: Job, model: string, keep?: KeepRun): Promise<CaseResult>;
  close(): Promise<void>;
}

/** What goes to the other thread; one answer comes back for each. */
export interface ThreadTask {
  n: number;
  job: Job;
  model: string;
}

export interface ThreadResult {
  n: number;
  result: CaseResult;
}

/** In this thread. */
export function localExecutor(worlds: Worlds, signal: AbortSignal): Executor {
  return {
    run: (job, model, keep) => runJob(job, worlds, model, signal, keep),
    close: () => Promise.resolve(),
  };
}

/**
 * In a thread of its own, so that a second core has work: rows share nothing. Only for rows whose
 * world is the embedded one, without the real client.
 */
export async function threadExecutor(): Promise<Executor> {
  const { Worker } = await import("node:worker_threads");
  const worker = new Worker(entry());
  const waiting = new Map<number, { task: ThreadTask; done: (result: CaseResult) => void }>();
  let broken: Error | undefined;
  let count = 0;
  const finish = (error: Error): void => {
    broken ??= error;
    for (const { task, done } of waiting.values()) done(brokenHarness(task.job, task.model, broken));
    waiting.clear();
  };
  worker.on("message", ({ n, result }: ThreadResult) => {
    waiting.get(n)?.done(result);
    waiting.delete(n);
  });
  worker.on("error", (error) => finish(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", (code) => finish(new Error(`the second thread ended with code ${code}`)));
  return {
    run: (job, model) =>
      new Promise((done) => {
        if (broken !== undefined) return done(brokenHarness(job, model, broken));
        const task: ThreadTask = { n: count++, job: alone(job), model };
        waiting.set(task.n, { task, done });
        worker.postMessage(task);
      }),
    close: () => terminate(worker),
  };
}

/** Beside this file, compiled as it is. */
function entry(): URL {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./executor-thread.${extension}`, import.meta.url);
}

/** Without the other cases of its suite, which nobody needs there. */
function alone(job: Job): Job {
  return { ...job, suite: { ...job.suite, cases: [] } };
}

async function terminate(worker: Worker): Promise<void> {
  await worker.terminate();
}
