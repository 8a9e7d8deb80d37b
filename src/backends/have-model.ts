import { sameModel } from "../upstream/ollama/model-name.ts";
import { BackendError, refuseWhenInterrupted } from "./backend-error.ts";
import type { BackendWish, Download } from "./backend.ts";
import { listModels } from "./list-models.ts";
import { pullModel } from "./pull-model.ts";

/**
 * Asks before something is downloaded.
 * @throws BackendError `backend-consent`, which names the command that would do it
 */
export async function askFor(download: Download, wish: BackendWish): Promise<void> {
  const agreed = (await wish.consent?.(download)) ?? false;
  refuseWhenInterrupted(wish.signal);
  if (agreed) return;
  const { what, name, by, command } = download;
  throw new BackendError(
    "backend-consent",
    `${what} "${name}" is not at ${by} and nothing was downloaded: run "${command}", or this command again with --yes`,
  );
}

/** What has a container download a model: in a container of the same image. */
export function pullCommand({ model = "", image }: Pick<BackendWish, "model" | "image">): string {
  const imageToo = image === undefined ? "" : ` --image ${image}`;
  return `bridge-conformance --model ${model} --backend container${imageToo} --yes`;
}

/**
 * Sees to it that an Ollama has the model: it has it already, or may and can pull it.
 * @param by who it is, for people
 * @throws BackendError
 */
export async function haveModel(
  url: string,
  model: string,
  { by, command, wish }: { by: string; command: string; wish: BackendWish },
): Promise<void> {
  const had = async (): Promise<boolean> => {
    const listed = await listModels({ provider: "ollama", baseUrl: url });
    return listed.some((name) => sameModel(name, model));
  };
  if (await had()) return;
  await askFor({ what: "model", name: model, by, command }, wish);
  await pullModel(url, model, { onProgress: wish.onDownload, signal: wish.signal });
  if (await had()) return;
  throw new BackendError(
    "backend-download",
    `the Ollama at ${url} says that it pulled "${model}", but does not list it: see "ollama list"`,
  );
}
