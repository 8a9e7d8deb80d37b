import { BackendError, refuseWhenInterrupted } from "../backend-error.ts";
import type { DownloadProgress } from "../backend.ts";
import { EngineRefusal, type EngineClient } from "./engine-client.ts";

export interface ImageFacts {
  /** `NAME@sha256:…` where it came from a registry, else its id here. */
  digest: string;
}

/** What the engine knows of an image; undefined when it is not here. */
export async function findImage(engine: EngineClient, name: string): Promise<ImageFacts | undefined> {
  try {
    const said = (await engine.ask(`/images/${name}/json`)) as { Id: string; RepoDigests?: string[] };
    return { digest: said.RepoDigests?.[0] ?? said.Id };
  } catch (error) {
    if (error instanceof EngineRefusal && error.status === 404) return undefined;
    throw error;
  }
}

interface PullLine {
  id?: string;
  status?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

/** Longest silence, ms; while bytes come, the engine says so several times a second. */
const SILENCE_MS = 180_000;

/**
 * Downloads an image, telling how far it is. Testcontainers would neither show it nor notice a failure.
 * @throws BackendError `backend-image`, `backend-download`, `backend-interrupted`
 */
export async function pullImage(
  engine: EngineClient,
  name: string,
  onProgress: (progress: DownloadProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(), SILENCE_MS);
  const either = signal === undefined ? silent.signal : AbortSignal.any([signal, silent.signal]);
  const layers = new Map<string, { current: number; total: number }>();
  try {
    const path = `/images/create?fromImage=${encodeURIComponent(name)}`;
    for await (const line of engine.lines(path, { method: "POST", signal: either })) {
      timer.refresh();
      const { id = "", status = "", error, progressDetail } = line as PullLine;
      if (error !== undefined) throw new Error(error);
      const { current = 0, total = 0 } = progressDetail ?? {};
      if (status === "Downloading" && total > 0) layers.set(id, { current, total });
      const layer = layers.get(id);
      if (status === "Download complete" && layer !== undefined) layer.current = layer.total;
      onProgress({ what: "image", name, status, ...sum(layers) });
    }
  } catch (error) {
    refuseWhenInterrupted(signal);
    throw refusal(
      name,
      silent.signal.aborted ? `silent for ${SILENCE_MS / 1000} s` : (error as Error).message,
    );
  } finally {
    clearTimeout(timer);
  }
}

function sum(layers: Map<string, { current: number; total: number }>): { completed: number; total: number } {
  let completed = 0;
  let total = 0;
  for (const layer of layers.values()) {
    completed += layer.current;
    total += layer.total;
  }
  return { completed, total };
}

function refusal(name: string, why: string): BackendError {
  if (/manifest unknown|not found|repository does not exist|pull access denied/iu.test(why))
    return new BackendError(
      "backend-image",
      `its registry has no image "${name}" (${why}): choose another with --image NAME:TAG`,
    );
  if (/no space left/u.test(why))
    return new BackendError(
      "backend-download",
      `image "${name}" does not fit on the engine's disk (${why}): free some with "docker system prune"`,
    );
  return new BackendError(
    "backend-download",
    `image "${name}" is not here and could not be downloaded (${why}): is its registry reachable? Try "docker pull ${name}"`,
  );
}
