import { BackendError, refuseWhenInterrupted } from "../backend-error.ts";
import { engineAddresses, type EngineAddress } from "./engine-address.ts";
import { engineClient, type EngineClient } from "./engine-client.ts";

/** An engine that answers in this time does; libraries have no limit here at all. */
const PATIENCE_MS = 3000;

export interface Engine {
  client: EngineClient;
  version: string;
}

export const GET_DOCKER = "https://docs.docker.com/get-docker/";

/**
 * The container engine of this machine.
 * @throws BackendError `backend-engine`
 */
export async function findEngine(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Engine> {
  let failure: unknown;
  for (const address of engineAddresses(env)) {
    refuseUnlessLocal(address);
    const client = await engineClient(address).catch((error: unknown) => {
      throw problem(address, error);
    });
    try {
      const limit = { timeoutMs: PATIENCE_MS, ...(signal !== undefined && { signal }) };
      const said = (await client.ask("/version", limit)) as { Version?: unknown } | undefined;
      if (typeof said?.Version !== "string") throw new TypeError("it answers, but not as an engine does");
      return { client, version: said.Version };
    } catch (error) {
      await client.close();
      refuseWhenInterrupted(signal);
      failure ??= problem(address, error);
    }
  }
  throw failure;
}

/** A container on another machine is published there, on its loopback. */
function refuseUnlessLocal({ host, source }: EngineAddress): void {
  const url = URL.parse(host);
  const local = url !== null && /^(unix|npipe):$/u.test(url.protocol);
  const loopback = url !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u.test(url.hostname);
  if (local || (url !== null && /^(tcp|https?):$/u.test(url.protocol) && loopback)) return;
  const what = url === null ? "is no address" : "is not on this machine";
  throw new BackendError(
    "backend-engine",
    `the container engine ${host} (${source}) ${what}: a model on another machine is used with --base-url URL`,
  );
}

const forbidden = (where: string): string =>
  `the container engine at ${where} may not be used by this user: join the group docker ("sudo usermod -aG docker $USER", then log in again)`;

const silent = (where: string): string =>
  `the container engine at ${where} does not answer within ${PATIENCE_MS / 1000} s: restart it (Docker Desktop, or "sudo systemctl restart docker")`;

const BY_CODE: Record<string, (where: string) => string> = {
  ENOENT: (where) =>
    `there is no container engine at ${where}: install Docker (${GET_DOCKER}), or start it, or say where it is with DOCKER_HOST`,
  EACCES: forbidden,
  EPERM: forbidden,
  ECONNREFUSED: (where) =>
    `the container engine at ${where} is not running: start it (Docker Desktop, or "sudo systemctl start docker")`,
};

/** What went wrong, and the next step. */
function problem({ host, source }: EngineAddress, error: unknown): BackendError {
  const { code, name, message } = error as NodeJS.ErrnoException;
  const where = `${host} (${source})`;
  const say = (text: string): BackendError => new BackendError("backend-engine", text, { cause: error });
  const known = BY_CODE[code ?? ""] ?? (name === "TimeoutError" ? silent : undefined);
  return say(
    known === undefined
      ? `the container engine at ${where} cannot be used (${message}): does "docker version" work?`
      : known(where),
  );
}
