import type { Options } from "yargs";
import type { Backend } from "../../backends/find-backend.ts";
import { usageError } from "../exit.ts";
import { TEXT } from "../model-options.ts";

/** What a command line says of the model and of where it lives. */
export interface BackendArguments {
  model?: string;
  provider?: "ollama" | "openai";
  "base-url"?: string;
  "api-key"?: string;
  backend?: "auto" | "scripted" | "ollama" | "container" | "url";
  image?: string;
  yes?: boolean;
  target?: string;
}

export const backendOptions: Record<"backend" | "image" | "yes", Options> = {
  backend: {
    choices: ["auto", "scripted", "ollama", "container", "url"],
    default: "auto",
    requiresArg: true,
    describe: "Where the model lives",
  },
  image: { ...TEXT, describe: "Image of the container that runs Ollama" },
  yes: { type: "boolean", default: false, describe: "Download what is missing without asking" },
};

/** Its name everywhere. */
const SCRIPTED = "scripted";

export interface Surroundings {
  signal?: AbortSignal;
  /** Where questions and progress are written. */
  stderr: NodeJS.WriteStream;
}

/**
 * The live model that was asked for, or nothing: the scripted one, embedded. Of the scripted model on another
 * server only the server is looked for: who runs it puts the model there.
 * @throws BackendError (exit 3) when it is not there
 */
export async function openBackend(
  argv: BackendArguments,
  surroundings: Surroundings,
): Promise<Backend | undefined> {
  const { model, backend: kind = "auto" } = argv;
  if (model === undefined) {
    if (argv["base-url"] !== undefined) throw usageError("--base-url needs --model NAME");
    if (kind !== "auto" && kind !== "scripted") throw usageError(`--backend ${kind} needs --model NAME`);
    return undefined;
  }
  if (argv.target !== undefined) return undefined;
  if (model === SCRIPTED && kind === "auto" && argv["base-url"] === undefined) return undefined;
  return findModel(argv, surroundings, model === SCRIPTED);
}

/**
 * The model server that a command line means; what has to be downloaded is asked for on stderr.
 * @param serverOnly whoever asks puts the model there
 */
export async function findModel(
  argv: BackendArguments,
  { signal, stderr }: Surroundings,
  serverOnly: boolean,
): Promise<Backend> {
  const { model, provider, image, backend: kind = "auto" } = argv;
  if (image !== undefined && kind !== "container" && kind !== "auto")
    throw usageError(`--image is for a container, not for --backend ${kind}`);
  const { findBackend } = await import("../../backends/find-backend.ts");
  const { asking, downloadBar, errorLine } = await import("./run.download.ts");
  return findBackend({
    kind,
    serverOnly,
    ...(model !== undefined && { model }),
    consent: asking(argv.yes ?? false, stderr, signal),
    onDownload: downloadBar(stderr),
    onStep: (step) => void stderr.write(`${step}\n`),
    onLost: (error) => void stderr.write(`${errorLine(error)}\n`),
    ...(signal !== undefined && { signal }),
    ...(image !== undefined && { image }),
    ...(provider !== undefined && { provider }),
    ...(argv["base-url"] !== undefined && { baseUrl: argv["base-url"] }),
    ...(argv["api-key"] !== undefined && { apiKey: argv["api-key"] }),
  });
}
