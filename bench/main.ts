/**
 * What the bridge costs: the same fake model server is read through the bridge and through a pipe
 * that copies bytes, in turns, in one run. Bridge or pipe has this process; the model server and the
 * client share another. Prints one JSON object.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { createBridge } from "../src/bridge/bridge.ts";
import type { Dialect } from "../src/upstream/delta.ts";
import { startPipe } from "./pipe.ts";
import type { Measurement, MeasureTask, WorldReady } from "./world.ts";

const ROUNDS = 5;
const PATHS: Record<Dialect, string> = { openai: "/v1/chat/completions", ollama: "/api/chat" };

const world = fork(fileURLToPath(new URL("./world.ts", import.meta.url)));
const [ready] = (await once(world, "message")) as [WorldReady];

async function measure(task: MeasureTask): Promise<Measurement> {
  world.send(task);
  const [measurement] = (await once(world, "message")) as [Measurement];
  return measurement;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function summary(runs: Measurement[]): Measurement {
  return {
    deltasPerSecond: Math.round(median(runs.map((run) => run.deltasPerSecond))),
    firstByteMs: Number(median(runs.map((run) => run.firstByteMs)).toFixed(3)),
  };
}

async function compare(dialect: Dialect): Promise<object> {
  const baseUrl = dialect === "openai" ? `${ready.url}/v1` : ready.url;
  const bridge = createBridge({ provider: dialect, baseUrl, model: "bench" });
  const pipe = await startPipe(ready.url + PATHS[dialect]);
  const { url } = await bridge.listen();
  const [piped, bridged] = await takeTurns(pipe.url, `${url}/v1/messages`);
  await pipe.close();
  await bridge.close();
  return {
    bridge: bridged,
    pipe: piped,
    ratio: Number((bridged.deltasPerSecond / piped.deltasPerSecond).toFixed(3)),
    addedFirstByteMs: Number((bridged.firstByteMs - piped.firstByteMs).toFixed(3)),
  };
}

async function takeTurns(...urls: [string, string]): Promise<[Measurement, Measurement]> {
  const runs: [Measurement[], Measurement[]] = [[], []];
  for (let round = -1; round < ROUNDS; round++) {
    for (const [n, url] of urls.entries()) {
      const measurement = await measure({ url });
      if (round >= 0) runs[n]?.push(measurement); // the first round warms up
    }
  }
  return [summary(runs[0]), summary(runs[1])];
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
world.kill();
