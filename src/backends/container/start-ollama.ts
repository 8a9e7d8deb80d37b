import { setTimeout as sleep } from "node:timers/promises";
import { BackendError, refuseWhenInterrupted } from "../backend-error.ts";
import type { EngineClient } from "./engine-client.ts";
import { containerFailure, lacksGpu } from "./failure.ts";
import { ownLabels } from "./labels.ts";
import { sweepRun } from "./sweep.ts";
import { VOLUME } from "./volume.ts";
import { watchContainer, type Watch } from "./watch-container.ts";

export interface StartOptions {
  image: string;
  signal?: AbortSignal | undefined;
  onLost?: ((error: BackendError) => void) | undefined;
  /** On 127.0.0.1; by default a free one. */
  port?: number;
  /** Limit of its memory in bytes; by default none. */
  memory?: number;
  /** Longest wait until it is ready, ms. By default 120,000. */
  patienceMs?: number;
}

export interface StartedOllama {
  url: string;
  gpu: boolean;
  /** The last lines it wrote. */
  log: () => string;
  stop: () => Promise<void>;
}

const KEPT_LINES = 1000;
/** How long a start that was broken off may take to notice, ms. */
const SETTLE_MS = 5000;
const STOP_S = 10;

/** What the promise came to, or undefined when that takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const limit = new AbortController();
  const timer = sleep(ms, undefined, { signal: limit.signal }).catch(() => undefined);
  try {
    return await Promise.race([promise, timer]);
  } finally {
    limit.abort();
  }
}

/** Testcontainers reads the engine's address, and where its ports are, from the environment. */
async function withEnvironment<T>(values: Record<string, string>, run: () => Promise<T>): Promise<T> {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  try {
    return await run();
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
}

const POLL_MS = 100;

/**
 * The log line is no proof that the port leads to a server. Asked here and not by Testcontainers, whose wait
 * for an answer goes on to its end when the container is gone.
 */
async function answers(url: string, deadline: number, given: () => boolean): Promise<void> {
  const { request } = await import("undici");
  const there = async (): Promise<boolean> => {
    try {
      const { statusCode, body } = await request(`${url}/api/version`, { signal: AbortSignal.timeout(2000) });
      await body.dump();
      return statusCode === 200;
    } catch {
      return false;
    }
  };
  while (!given() && !(await there())) {
    if (Date.now() > deadline) throw new Error("/api/version not accessible after the wait");
    await sleep(POLL_MS);
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new BackendError("backend-interrupted", "stopped"));
    if (signal?.aborted === true) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/**
 * Starts Ollama in a container, on a free port of 127.0.0.1, and waits until it answers. Whatever goes wrong,
 * and whenever the signal is aborted, no container is left.
 * @throws BackendError
 */
export async function startOllama(engine: EngineClient, options: StartOptions): Promise<StartedOllama> {
  try {
    return await attempt(engine, options, true);
  } catch (error) {
    if (!(error instanceof BackendError) || !lacksGpu(error.cause)) throw error;
    return attempt(engine, options, false);
  }
}

async function attempt(engine: EngineClient, options: StartOptions, gpu: boolean): Promise<StartedOllama> {
  const { image, signal, port = 0, memory = 0, patienceMs = 120_000 } = options;
  const { LocalOllama } = await import("./ollama-container.ts");
  const { run, labels } = await ownLabels();
  const lines: string[] = [];
  const onLine = (line: string): void => {
    lines.push(line.trimEnd());
    if (lines.length > KEPT_LINES) lines.shift();
  };
  const deadline = Date.now() + patienceMs;
  let broken = false;
  const check = (): void => {
    if (broken) throw new BackendError("backend-interrupted", "stopped");
    refuseWhenInterrupted(signal);
  };
  check();
  const watch = watchContainer(engine, run);
  const container = new LocalOllama(image, {
    labels,
    volume: VOLUME,
    gpu,
    port,
    memory,
    patienceMs,
    onLine,
    check,
  });
  const sweep = (): Promise<void> => sweepRun(engine, run).catch(() => undefined);
  const environment = { DOCKER_HOST: engine.address.host, TESTCONTAINERS_HOST_OVERRIDE: "127.0.0.1" };
  const starting = withEnvironment(environment, () => container.start());
  try {
    const ended = watch.ended.then(() => Promise.reject(new Error("ended")));
    const stopped = aborted(signal);
    const started = await Promise.race([starting, ended, stopped]);
    const url = `http://127.0.0.1:${started.getPort()}`;
    await Promise.race([answers(url, deadline, () => broken), ended, stopped]);
    lose(watch, options, lines);
    return {
      url,
      gpu: container.asksForGpu,
      log: () => lines.join("\n"),
      stop: async () => {
        watch.close();
        const path = `/containers/${started.getId()}/stop?t=${STOP_S}`;
        await engine.ask(path, { method: "POST" }).catch(() => undefined);
        await sweep();
      },
    };
  } catch (error) {
    broken = true;
    const ending = await within(500, watch.ended);
    watch.close();
    await sweep();
    await within(
      SETTLE_MS,
      starting.catch(() => undefined),
    );
    await sweep();
    refuseWhenInterrupted(signal);
    throw containerFailure(error, { image, lines, ending, patience: patienceMs / 1000 });
  }
}

/** Tells that it ended by itself while it was in use. */
function lose(watch: Watch, { image, onLost }: StartOptions, lines: readonly string[]): void {
  void watch.ended.then((ending) =>
    onLost?.(containerFailure(undefined, { image, lines, ending, patience: 0 })),
  );
}
