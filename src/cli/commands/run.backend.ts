import type { Options } from "yargs";
import type { Backend, BackendWish } from "../../backends/find-backend.ts";
import type { Server } from "../../backends/find-server.ts";
import type { Preset } from "../../upstream/presets.ts";
import { usageError } from "../exit.ts";
import { TEXT } from "../model-options.ts";
import { refuseBesideTarget, refuseContradictions, refuseWithoutModel } from "./run.contradictions.ts";

/** What a command line says of the model and of where it lives. */
export interface BackendArguments {
  model?: string;
  provider?: Preset["protocol"];
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

/** As `BackendArguments`, of several models. */
export interface BackendsArguments extends Omit<BackendArguments, "model"> {
  model?: string[];
}

/** @throws CliError exit 2: nothing is translated for such a server, so there is nothing to judge */
function translated(provider: BackendArguments["provider"]): BackendWish["provider"] {
  if (provider !== "anthropic") return provider;
  throw usageError(
    "--provider anthropic is passed through, so no translation can be judged: judge the server itself with --target URL",
  );
}

/**
 * The live models that were asked for, each once; none: the scripted one, embedded. Of the scripted model on another
 * server only the server is looked for: who runs it puts the model there.
 * @throws BackendError (exit 3) when one is not there
 */
export async function openBackends(
  argv: BackendsArguments,
  surroundings: Surroundings,
): Promise<readonly Backend[]> {
  const { backend: kind = "auto" } = argv;
  const provider = argv.target === undefined ? translated(argv.provider) : undefined;
  const models = [...new Set(argv.model)];
  if (models.length === 0) {
    refuseWithoutModel(argv);
    return [];
  }
  if (argv.target !== undefined) {
    refuseBesideTarget(argv);
    if (models.length > 1) throw usageError("--target takes one --model NAME: the name that requests have");
    return [];
  }
  const embedded = kind === "auto" && argv["base-url"] === undefined;
  const wished = models.filter((model) => model !== SCRIPTED || !embedded);
  const wishes = await Promise.all(
    wished.map(async (model) => ({
      ...(await wishOf({ ...argv, model }, surroundings, model === SCRIPTED)),
      ...(provider !== undefined && { provider }),
    })),
  );
  const { findBackends } = await import("../../backends/find-backends.ts");
  return findBackends(wishes);
}

/** The model server that a command line means; what has to be downloaded is asked for on stderr. */
export async function findModel(argv: BackendArguments, surroundings: Surroundings): Promise<Server> {
  const { findServer } = await import("../../backends/find-server.ts");
  const { provider } = argv;
  return findServer({
    ...(await wishOf(argv, surroundings, false)),
    ...(provider !== undefined && { provider }),
  });
}

/** @param serverOnly whoever asks puts the model there */
async function wishOf(
  argv: BackendArguments,
  { signal, stderr }: Surroundings,
  serverOnly: boolean,
): Promise<Omit<BackendWish, "provider">> {
  const { model, image, backend: kind = "auto" } = argv;
  refuseContradictions(argv);
  const { asking, downloadBar, errorLine } = await import("./run.download.ts");
  return {
    kind,
    serverOnly,
    ...(model !== undefined && { model }),
    consent: asking(argv.yes ?? false, stderr, signal),
    onDownload: downloadBar(stderr),
    onStep: (step) => void stderr.write(`${step}\n`),
    onLost: (error) => void stderr.write(`${errorLine(error)}\n`),
    ...(signal !== undefined && { signal }),
    ...(image !== undefined && { image }),
    ...(argv["base-url"] !== undefined && { baseUrl: argv["base-url"] }),
    ...(argv["api-key"] !== undefined && { apiKey: argv["api-key"] }),
  };
}
