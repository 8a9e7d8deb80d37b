import { PRESETS } from "../../upstream/presets.ts";
import { DEFAULT_MODELS } from "../../scripted/models.ts";
import { usageError } from "../exit.ts";
import type { BackendArguments } from "./run.backend.ts";

type Arguments = Omit<BackendArguments, "model">;

/** @throws CliError exit 2: the embedded scripted model has no use for what is said of a server */
export function refuseWithoutModel(argv: Arguments): void {
  const { backend = "auto", target } = argv;
  if (backend !== "auto" && backend !== "scripted")
    throw usageError(`--backend ${backend} needs --model NAME`);
  const ofServer = (["base-url", "image", "provider", "api-key"] as const).find(
    (name) => argv[name] !== undefined,
  );
  if (ofServer === undefined) return;
  if (target === undefined || ofServer === "base-url") throw usageError(`--${ofServer} needs --model NAME`);
}

/** @throws CliError exit 2: who tests a target has no say in where its model lives */
export function refuseBesideTarget({ backend = "auto", "base-url": url }: Arguments): void {
  if (url !== undefined) throw usageError("--target has a model server of its own: leave --base-url out");
  if (backend !== "auto" && backend !== "scripted")
    throw usageError(`--target has a model server of its own: leave --backend ${backend} out`);
}

/** Where Ollama speaks its own language. */
const OLLAMAS = new Set(["auto", "ollama", "container"]);

/**
 * An option that would be passed over in silence is refused: another model, server or language than the named one
 * would be tested.
 * @throws CliError exit 2
 */
export function refuseContradictions(argv: BackendArguments): void {
  const { backend: kind = "auto", model, provider, image, "base-url": url } = argv;
  if (image !== undefined && kind !== "container" && kind !== "auto")
    throw usageError(`--image is for a container, not for --backend ${kind}`);
  if (image !== undefined && url !== undefined)
    throw usageError("--image and --base-url are two servers: name one");
  if (url !== undefined && (kind === "scripted" || kind === "container"))
    throw usageError(`--base-url is a server that runs already, --backend ${kind} starts one: name one`);
  if (kind === "scripted" && model !== undefined && !DEFAULT_MODELS.some(({ name }) => name === model))
    throw usageError(
      `--backend scripted has no model "${model}": leave --model out, or the backend, or name ${DEFAULT_MODELS.map(({ name }) => name).join(" or ")}`,
    );
  if (url !== undefined || model === undefined) return;
  if (kind === "url" && provider === undefined) throw usageError("--backend url needs --base-url URL");
  if (provider === "openai" && OLLAMAS.has(kind))
    throw usageError(
      `--provider openai needs --base-url URL, like http://127.0.0.1:11434/v1 (--backend url without one is ${PRESETS.openai.baseUrl})`,
    );
}
