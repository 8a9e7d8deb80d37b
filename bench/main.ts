/**
 * What the bridge costs: the same fake model server is read through the bridge and through a pipe
 * that copies bytes, in turns, in one run. Bridge or pipe has the main thread; the model server and
 * the client share a worker. Prints one JSON object.
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { createBridge } from "../src/bridge/bridge.ts";
import type { Dialect } from "../src/upstream/delta.ts";
import { startPipe } from "./pipe.ts";
import type { Measurement, MeasureTask, WorldReady } from "./world.ts";

const ROUNDS = 5;
const PATHS: Record<Dialect, string> = { openai: "/v1/chat/completions", ollama: "/api/chat" };

const world = new Worker(new URL("./world.ts", import.meta.url));
const [ready] = (await once(world, "message")) as [WorldReady];

async function measure(task: MeasureTask): Promise<Measurement> {
  world.postMessage(task);
  const [measurement] = (await once(world, "message")) as [Measurement];
  return measurement;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function summary(runs: Measurement[]): { deltasPerSecond: number; firstByteMs: number } {
  return {
    deltasPerSecond: Math.round(median(runs.map((run) => run.deltasPerSecond))),
    firstByteMs: Number(median(runs.map((run) => run.firstByteMs)).toFixed(3)),
  };
}

async function compare(dialect: Dialect): Promise<object> {
  const baseUrl = dialect === "openai" ? `${ready.url}/v1` : ready.url;
  await using bridge = createBridge({ provider: dialect, baseUrl, model: "bench" });
  await using pipe = await startPipe(ready.url + PATHS[dialect]);
  const { url } = await bridge.listen();
  const runs: { bridge: Measurement[]; pipe: Measurement[] } = { bridge: [], pipe: [] };
  for (let round = -1; round < ROUNDS; round++) {
    const throughPipe = await measure({ url: pipe.url });
    const throughBridge = await measure({ url: `${url}/v1/messages` });
    if (round < 0) continue; // warm-up
    runs.pipe.push(throughPipe);
    runs.bridge.push(throughBridge);
  }
  const [bridged, piped] = [summary(runs.bridge), summary(runs.pipe)];
  return {
    bridge: bridged,
    pipe: piped,
    ratio: Number((bridged.deltasPerSecond / piped.deltasPerSecond).toFixed(3)),
    addedFirstByteMs: Number((bridged.firstByteMs - piped.firstByteMs).toFixed(3)),
  };
}

const result = {
  node: process.versions.node,
  cpus: availableParallelism(),
  rounds: ROUNDS,
  ...ready.shape,
  openai: await compare("openai"),
  ollama: await compare("ollama"),
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
await world.terminate();
