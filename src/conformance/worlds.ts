import type { ScriptedServer } from "../scripted/options.ts";
import { startScripted } from "../scripted/server.ts";
import type { SuiteOptions } from "./options.ts";
import type { Job } from "./select.ts";
import type { RunReport } from "./types.ts";
import { embeddedWorld, liveWorld, type World } from "./world.ts";

/** Gives a job the world it runs in. */
export type WorldOf = (job: Job, signal: AbortSignal) => Promise<World>;

/** Everything a run needs from outside its cases. */
export interface Worlds {
  target: RunReport["target"];
  backend: RunReport["backend"];
  client: RunReport["client"];
  worldOf: WorldOf;
  close(): Promise<void>;
}

/** The embedded bridge, or a foreign target with our scripted upstream on the port it was given. */
export async function openWorlds(options: SuiteOptions): Promise<Worlds> {
  const client = await findClient(options.claudeBinary);
  return options.target === undefined
    ? embedded(options, client)
    : foreign({ ...options, target: options.target }, client);
}

async function findClient(binary: string | undefined): Promise<RunReport["client"]> {
  const { findClaude } = await import("../launch/find-claude.ts");
  const found = await findClaude(binary);
  return found === null ? null : { path: found.path, version: found.version ?? "unknown" };
}

function embedded(options: SuiteOptions, client: RunReport["client"]): Worlds {
  const live = options.backend;
  return {
    target: { url: "embedded", name: "bridge", version: options.version },
    backend: live ?? { kind: "scripted", description: "the scripted model, embedded" },
    client,
    worldOf: (job, signal) =>
      job.kind === "any" && live !== undefined
        ? liveWorld(live, options.model ?? null, signal)
        : embeddedWorld(job.dialect, job.spec.bridge ?? {}, signal),
    close: () => Promise.resolve(),
  };
}

async function foreign(
  options: SuiteOptions & { target: NonNullable<SuiteOptions["target"]> },
  client: RunReport["client"],
): Promise<Worlds> {
  const { url, upstreamPort } = options.target;
  const scripted = upstreamPort === undefined ? null : await startScripted({ port: upstreamPort });
  const description =
    scripted === null ? "the target's own" : `the scripted model on port ${upstreamPort}, behind the target`;
  return {
    target: { url, name: new URL(url).host, version: "unknown" },
    backend: { kind: scripted === null ? "unknown" : "scripted", description },
    client,
    worldOf: (job, signal) =>
      Promise.resolve(foreignWorld(url, job.dialect, scripted, options.model ?? null, signal)),
    close: async () => scripted?.close(),
  };
}

function foreignWorld(
  url: string,
  dialect: World["dialect"],
  scripted: ScriptedServer | null,
  model: string | null,
  signal: AbortSignal,
): World {
  return {
    url: new URL(url).origin,
    dialect,
    scripted,
    foreign: true,
    model,
    signal,
    close: () => Promise.resolve(),
  };
}
