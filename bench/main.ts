/**
 * What the bridge costs. The same fake model server is read by the same client through the bridge and
 * through a pipe that copies bytes, in turns, in one run. Bridge and pipe have this process, the model
 * server and the client share another, so that the time of both counts against both. Every request
 * is one of Claude Code's own. Prints one JSON object:
 *
 * - `deltasPerSecond`: pieces of text from the server, as fast as the client reads them;
 * - `firstByteMs`: from sending the request to the first byte of the answer;
 * - `cpuMicrosecondsPerDelta`: what this process used of the CPU, which another's load does not change;
 * - `ratio` and `addedFirstByteMs`: the bridge's figures beside the pipe's, each the best of its rounds;
 * - `medianRatio`: the middle of the ratios within each round, of which a busy machine slows both sides.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { createBridge } from "../src/bridge/bridge.ts";
import type { Dialect } from "../src/upstream/delta.ts";
import { benchBody, SESSION_HEADER } from "./body.ts";
import { startPipe } from "./pipe.ts";
import type { Measurement, MeasureTask, WorldReady } from "./world.ts";

const ROUNDS = 11;
const PATHS: Record<Dialect, string> = { openai: "/v1/chat/completions", ollama: "/api/chat" };

const world = fork(fileURLToPath(new URL("./world.ts", import.meta.url)));
const [ready] = (await once(world, "message")) as [WorldReady];

interface Figures {
  deltasPerSecond: number;
  firstByteMs: number;
  cpuMicrosecondsPerDelta: number;
}

async function ask(task: MeasureTask): Promise<Measurement> {
  world.send(task);
  const [measurement] = (await once(world, "message")) as [Measurement];
  return measurement;
}

async function measure(url: string): Promise<Figures> {
  const { deltas } = ready.shape;
  const request = { url, body: body.text, headers: { [SESSION_HEADER]: body.session } };
  const firstByteMs = await ask({ what: "first-byte", ...request });
  const before = process.cpuUsage();
  const totalMs = await ask({ what: "deltas", ...request });
  const { user, system } = process.cpuUsage(before);
  return {
    deltasPerSecond: (deltas / totalMs) * 1000,
    firstByteMs,
    cpuMicrosecondsPerDelta: (user + system) / deltas,
  };
}

/** The best of the rounds: what else the machine does can only make one worse. */
function best(runs: Figures[]): Figures {
  const least = (pick: (run: Figures) => number): number => Math.min(...runs.map(pick));
  return {
    deltasPerSecond: Math.round(Math.max(...runs.map((run) => run.deltasPerSecond))),
    firstByteMs: Number(least((run) => run.firstByteMs).toFixed(3)),
    cpuMicrosecondsPerDelta: Number(least((run) => run.cpuMicrosecondsPerDelta).toFixed(2)),
  };
}

const body = await benchBody();

async function compare(dialect: Dialect): Promise<object> {
  const baseUrl = dialect === "openai" ? `${ready.url}/v1` : ready.url;
  const bridge = createBridge({ provider: dialect, baseUrl, model: "bench" });
  const pipe = await startPipe(ready.url + PATHS[dialect]);
  const { url } = await bridge.listen();
  const [pipeRuns, bridgeRuns] = await takeTurns(pipe.url, `${url}/v1/messages`);
  const [piped, bridged] = [best(pipeRuns), best(bridgeRuns)];
  await pipe.close();
  await bridge.close();
  return {
    bridge: bridged,
    pipe: piped,
    ratio: Number((bridged.deltasPerSecond / piped.deltasPerSecond).toFixed(3)),
    medianRatio: Number(medianRatio(bridgeRuns, pipeRuns).toFixed(3)),
    addedFirstByteMs: Number((bridged.firstByteMs - piped.firstByteMs).toFixed(3)),
  };
}

function medianRatio(bridged: Figures[], piped: Figures[]): number {
  const ratios = bridged.map((run, n) => run.deltasPerSecond / (piped[n]?.deltasPerSecond ?? Number.NaN));
  return ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? Number.NaN;
}

async function takeTurns(...urls: [string, string]): Promise<[Figures[], Figures[]]> {
  const runs: [Figures[], Figures[]] = [[], []];
  for (let round = -1; round < ROUNDS; round++) {
    for (const [n, url] of urls.entries()) {
      const figures = await measure(url);
      if (round >= 0) runs[n]?.push(figures); // the first round warms up
    }
  }
  return runs;
}

const result = {
  node: process.versions.node,
  cpus: availableParallelism(),
  rounds: ROUNDS,
  ...ready.shape,
  body: { bytes: Buffer.byteLength(body.text), source: body.source },
  openai: await compare("openai"),
  ollama: await compare("ollama"),
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
world.kill();
