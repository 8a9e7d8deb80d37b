import { BackendError, refuseWhenInterrupted } from "../backend-error.ts";
import type { Backend, BackendWish } from "../backend.ts";
import { askFor, haveModel, pullCommand } from "../have-model.ts";
import { ollamaFacts } from "../ollama-facts.ts";
import { findEngine, type Engine } from "./find-engine.ts";
import { imageName, OLLAMA_IMAGE } from "./image-name.ts";
import { findImage, pullImage, type ImageFacts } from "./pull-image.ts";
import { startOllama } from "./start-ollama.ts";
import { sweepDead } from "./sweep.ts";
import { hasVolume, removeVolume } from "./volume.ts";

/** An Ollama in a container of this run, which has the model or pulls it when that is agreed to. */
export async function containerBackend(wish: BackendWish): Promise<Backend> {
  const { model = "" } = wish;
  if (model === "")
    throw new BackendError("backend-missing", "a container needs the name of a model: --model NAME");
  const image = imageName(wish.image ?? OLLAMA_IMAGE);
  const engine = await findEngine(wish.env ?? process.env, wish.signal);
  try {
    return await open(engine, image, model, wish);
  } catch (error) {
    await engine.client.close();
    refuseWhenInterrupted(wish.signal);
    if (error instanceof BackendError) throw error;
    throw new BackendError("backend-engine", `the container engine failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function open(
  { client, version }: Engine,
  image: string,
  model: string,
  wish: BackendWish,
): Promise<Backend> {
  await sweepDead(client);
  const { digest } = await haveImage(client, image, wish);
  const hadVolume = await hasVolume(client);
  wish.onStep?.(`starting ${image} on the container engine ${version}`);
  // A volume that this run made and did not fill is taken back.
  const takeBack = async (): Promise<void> => {
    if (!hadVolume) await removeVolume(client).catch(() => undefined);
  };
  const { signal, onLost } = wish;
  const started = await startOllama(client, { image, signal, onLost }).catch(async (error: unknown) => {
    await takeBack();
    throw error;
  });
  const { url, gpu, log, stop } = started;
  try {
    const by = `the container of ${image}`;
    const command = pullCommand(wish);
    if (wish.serverOnly !== true) await haveModel(url, model, { by, command, wish });
    refuseWhenInterrupted(signal);
    const description = `Ollama in a container of ${image}${gpu ? ", with every GPU" : ""}`;
    return {
      kind: "container",
      provider: "ollama",
      baseUrl: url,
      model,
      description,
      log,
      image: digest,
      ...(await ollamaFacts(url, model)),
      close: async () => {
        await stop();
        await client.close();
      },
    };
  } catch (error) {
    await stop();
    await takeBack();
    throw error;
  }
}

async function haveImage(client: Engine["client"], image: string, wish: BackendWish): Promise<ImageFacts> {
  const here = await findImage(client, image);
  if (here !== undefined) return here;
  const by = "the container engine";
  await askFor({ what: "image", name: image, by, command: `docker pull ${image}` }, wish);
  await pullImage(client, image, (progress) => wish.onDownload?.(progress), wish.signal);
  const pulled = await findImage(client, image);
  if (pulled === undefined)
    throw new BackendError("backend-image", `image "${image}" was downloaded, but is not here`);
  return pulled;
}
