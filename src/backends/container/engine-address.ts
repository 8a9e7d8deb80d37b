import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where a container engine may listen. */
export interface EngineAddress {
  /** As `DOCKER_HOST` spells it, e.g. `unix:///var/run/docker.sock`. */
  host: string;
  /** Who named it, e.g. `DOCKER_HOST`. */
  source: string;
}

/** What is read of the machine, so that it can be another one in a test. */
export interface Machine {
  home: string;
  platform: NodeJS.Platform;
  exists: (path: string) => boolean;
  read: (path: string) => string;
}

const THIS_MACHINE: Machine = {
  home: homedir(),
  platform: process.platform,
  exists: existsSync,
  read: (path) => readFileSync(path, "utf8"),
};

/**
 * The addresses to try, best first: what the user said, else what Docker's own command would use, else the
 * usual sockets. A name that the user gave stands alone: another engine would be a silent substitute.
 * Source: https://docs.docker.com/engine/manage-resources/contexts/
 */
export function engineAddresses(env: NodeJS.ProcessEnv, machine: Machine = THIS_MACHINE): EngineAddress[] {
  const named = env["DOCKER_HOST"]?.trim() ?? "";
  if (named !== "") return [{ host: named, source: "DOCKER_HOST" }];
  const context = contextAddress(env, machine);
  if (context !== undefined) return [context];
  if (machine.platform === "win32")
    return [{ host: "npipe:////./pipe/docker_engine", source: "its default" }];
  const paths = ["/var/run/docker.sock", ...userSockets(env, machine)];
  const there = paths.filter((path) => machine.exists(path));
  return (there.length > 0 ? there : paths.slice(0, 1)).map((path) => ({
    host: `unix://${path}`,
    source: "its default",
  }));
}

/** Sockets of an engine that runs as the user: rootless, Docker Desktop. */
function userSockets(env: NodeJS.ProcessEnv, { home }: Machine): string[] {
  const runtime = env["XDG_RUNTIME_DIR"];
  return [
    ...(runtime === undefined ? [] : [join(runtime, "docker.sock")]),
    join(home, ".docker/run/docker.sock"),
    join(home, ".docker/desktop/docker.sock"),
  ];
}

/** The context that `docker context use` chose; none where it is the default one. */
function contextAddress(env: NodeJS.ProcessEnv, machine: Machine): EngineAddress | undefined {
  const folder = env["DOCKER_CONFIG"] ?? join(machine.home, ".docker");
  const name = env["DOCKER_CONTEXT"] ?? field(machine, join(folder, "config.json"), ["currentContext"]);
  if (name === undefined || name === "" || name === "default") return undefined;
  const id = createHash("sha256").update(name).digest("hex");
  const meta = join(folder, "contexts/meta", id, "meta.json");
  const host = field(machine, meta, ["Endpoints", "docker", "Host"]);
  return host === undefined ? undefined : { host, source: `docker context "${name}"` };
}

function field(machine: Machine, file: string, path: readonly string[]): string | undefined {
  try {
    let value: unknown = JSON.parse(machine.read(file));
    for (const key of path) value = (value as Record<string, unknown>)[key];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
