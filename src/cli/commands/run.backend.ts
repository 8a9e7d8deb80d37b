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

export interface Surroundings {
  signal?: AbortSignal;
  /** Where questions and progress are written. */
  stderr: NodeJS.WriteStream;
}

/**
 * The live model that was asked for, or nothing: the scripted one, embedded.
 * @throws BackendError (exit 3) when it is not there
 */
export async function openBackend(
  argv: BackendArguments,
  _surroundings: Surroundings,
): Promise<Backend | undefined> {
  const { model, provider, backend: kind = "auto" } = argv;
  if (model === undefined) {
    if (argv["base-url"] !== undefined) throw usageError("--base-url needs --model NAME");
    if (kind !== "auto" && kind !== "scripted") throw usageError(`--backend ${kind} needs --model NAME`);
    return undefined;
  }
  if (argv.target !== undefined) return undefined;
  const { findBackend } = await import("../../backends/find-backend.ts");
  return findBackend({
    kind,
    model,
    ...(provider === undefined ? {} : { provider }),
    ...(argv["base-url"] === undefined ? {} : { baseUrl: argv["base-url"] }),
    ...(argv["api-key"] === undefined ? {} : { apiKey: argv["api-key"] }),
  });
}
