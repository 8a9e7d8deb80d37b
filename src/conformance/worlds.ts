import type { ScriptedServer } from "../scripted/options.ts";
import { connect } from "node:net";
import { findClaude, locateClaude } from "../launch/find-claude.ts";
import { startScripted } from "../scripted/server.ts";
import type { SuiteOptions } from "./options.ts";
import type { Job } from "./select.ts";
import type { RunReport } from "./types.ts";
import { engineWorld } from "./engine/engine-world.ts";
import { embeddedWorld, liveWorld, type World } from "./world.ts";

/** Gives a job the world it runs in. */
export type WorldOf = (job: Job, signal: AbortSignal) => Promise<World>;

/** Everything a run needs from outside its cases. */
export interface Worlds {
  target: RunReport["target"];
  backend: RunReport["backend"];
  /** Looked for while cases run already: asking it for its version takes a while. */
  client: Promise<RunReport["client"]>;
  worldOf: WorldOf;
  close(): Promise<void>;
}

/**
 * The embedded bridge, or a foreign target with our scripted upstream on the port it was given.
 * Throws ClaudeMissing when the named client is not there.
 */
export async function openWorlds(options: SuiteOptions): Promise<Worlds> {
  const client = findClient(options.claudeBinary);
  return options.target === undefined
    ? embedded(options, client)
    : foreign({ ...options, target: options.target }, client);
}

/** Throws ClaudeMissing at once when the named program is not there. */
function findClient(binary: string | undefined): Worlds["client"] {
  locateClaude(binary);
  return clientOf(binary);
}

async function clientOf(binary: string | undefined): Promise<RunReport["client"]> {
  const found = await findClaude(binary);
  return found === null ? null : { path: found.path, version: found.version ?? "unknown" };
}

function embedded(options: SuiteOptions, client: Worlds["client"]): Worlds {
  return {
    target: { url: "embedded", name: "bridge", version: options.version },
    backend: backendOf(options),
    client,
    worldOf: (job, signal) => {
      if (job.live !== null) return liveWorld(job.live, job.live.name, signal);
      return job.way === null
        ? embeddedWorldOf(job, signal)
        : engineWorld(job.way, job.spec.bridge ?? {}, signal);
    },
    close: () => Promise.resolve(),
  };
}

/** Where the models live. */
function backendOf({ live = [], engine }: SuiteOptions): RunReport["backend"] {
  const all = [engine ?? [], live].flat();
  const [first] = all;
  if (first === undefined) return { kind: "scripted", description: "the scripted model, embedded" };
  return {
    kind: first.kind,
    description: [...new Set(all.map(({ description }) => description))].join(", "),
  };
}

/** A scripted server and a bridge of its own for each job; of a client's session both hops are kept. */
export const embeddedWorldOf: WorldOf = (job, signal) =>
  embeddedWorld(job.dialect, job.spec.bridge ?? {}, signal, {
    ...(job.mode !== null && { mode: job.mode }),
    tapped: job.kind === "client",
  });

async function foreign(
  options: SuiteOptions & { target: NonNullable<SuiteOptions["target"]> },
  client: Worlds["client"],
): Promise<Worlds> {
  const { url, upstreamPort } = options.target;
  await requireListener(url);
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

/** No target at all is no failure of it. Throws TargetUnreachable. */
async function requireListener(url: string): Promise<void> {
  const { hostname, port, protocol } = new URL(url);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || (protocol === "https:" ? 443 : 80),
    timeout: 5000,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve).once("error", reject);
      socket.once("timeout", () => reject(new Error("no answer in 5 s")));
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TargetUnreachable(`nobody listens at the target ${url} (${reason}): start it first`, {
      cause: error,
    });
  } finally {
    socket.destroy();
  }
}

/** The target is not there: exit 3. */
class TargetUnreachable extends Error {
  override readonly name = "TargetUnreachable";
  readonly code = "backend-unreachable";
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
