import { BackendError } from "../backend-error.ts";
import type { Ending } from "./watch-container.ts";

/** What is known of a container that did not come up, or ended. */
export interface Circumstances {
  image: string;
  /** The last lines it wrote. */
  lines: readonly string[];
  ending?: Ending | undefined;
  /** Seconds it was waited for. */
  patience: number;
}

const SAID = 5;

function said(lines: readonly string[]): string {
  return lines.length === 0
    ? "it wrote nothing"
    : `its last lines: ${lines.slice(-SAID).join(" | ").slice(0, 800)}`;
}

const IN_VAIN = /not received after|not accessible after/u;

/** The engine's or Testcontainers' words, and what they mean for a user; the first that matches counts. */
const BY_TEXT: readonly [RegExp, BackendError["code"], (about: Circumstances, text: string) => string][] = [
  [
    /address already in use|port is already allocated/u,
    "backend-container",
    (_, text) => `the container's port on 127.0.0.1 is taken (${text}): free it or try again`,
  ],
  [
    /no space left on device/u,
    "backend-container",
    (_, text) => `the engine's disk is full (${text}): free some with "docker system prune"`,
  ],
  [
    /does not exist locally/u,
    "backend-image",
    ({ image }) => `image "${image}" is not here any more: run this again`,
  ],
  [
    /exec: |executable file not found|runc create failed|OCI runtime|No command specified/u,
    "backend-image",
    ({ image }, text) => `image "${image}" cannot be started (${text}): is it an image of Ollama?`,
  ],
  [
    IN_VAIN,
    "backend-container",
    ({ image, patience, lines }) =>
      `the container of "${image}" was not ready after ${patience} s; ${said(lines)}: is it an image of Ollama, and is the machine very busy?`,
  ],
  [
    /connect E|ECONNRESET|socket hang up|other side closed/u,
    "backend-engine",
    (_, text) => `the container engine went away (${text}): start it and run this again`,
  ],
];

function ofEnding(ending: Ending, about: Circumstances): BackendError {
  if (ending.what === "engine")
    return new BackendError(
      "backend-engine",
      "the container engine went away: start it and run this again, what was left is then removed",
    );
  const cause = ending.outOfMemory
    ? "was killed for want of memory: give the engine more, or choose a smaller model"
    : `ended with exit code ${ending.exitCode}; ${said(about.lines)}`;
  return new BackendError("backend-container", `the container of "${about.image}" ${cause}`);
}

/** The cause in one line, with the next step. */
export function containerFailure(error: unknown, about: Circumstances): BackendError {
  if (error instanceof BackendError) return error;
  const text = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  const { ending } = about;
  // A container that was waited for in vain is then killed: that end says nothing.
  if (ending !== undefined && (ending.what === "engine" || !IN_VAIN.test(text)))
    return ofEnding(ending, about);
  const known = BY_TEXT.find(([pattern]) => pattern.test(text));
  if (known === undefined)
    return new BackendError(
      "backend-container",
      `the container of "${about.image}" could not be started (${text}); ${said(about.lines)}`,
      { cause: error },
    );
  return new BackendError(known[1], known[2](about, text), { cause: error });
}

/** The runtime of a graphics card is there, the card is not. */
export function lacksGpu(error: unknown): boolean {
  return error instanceof Error && /could not select device driver/u.test(error.message);
}
