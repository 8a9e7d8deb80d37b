import { BackendError } from "../../backends/backend-error.ts";
import { findEngine, GET_DOCKER } from "../../backends/container/find-engine.ts";
import { OLLAMA_IMAGE } from "../../backends/container/image-name.ts";
import { findImage } from "../../backends/container/pull-image.ts";
import { hasVolume, VOLUME } from "../../backends/container/volume.ts";
import type { Finding } from "./doctor.impl.ts";

const NEEDED_FOR = "--model NAME where no Ollama runs";

/** The container engine, and what a run in a container would find there. */
export async function engineFindings(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  try {
    const { client, version } = await findEngine(env);
    try {
      const { host } = client.address;
      const image = await findImage(client, OLLAMA_IMAGE);
      return [
        { name: "Docker", here: true, detail: `${version} (${host})`, neededFor: NEEDED_FOR },
        imageFinding(image?.digest),
        volumeFinding(await hasVolume(client)),
      ];
    } finally {
      await client.close();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const known = error instanceof BackendError;
    const detail = known ? error.message : `its engine failed: ${error.message}`;
    return [{ name: "Docker", here: false, detail, neededFor: NEEDED_FOR, how: GET_DOCKER }];
  }
}

function imageFinding(digest: string | undefined): Finding {
  return {
    name: "image",
    here: digest !== undefined,
    detail: digest === undefined ? OLLAMA_IMAGE : `${OLLAMA_IMAGE} (${digest})`,
    neededFor: "a container",
    how: `docker pull ${OLLAMA_IMAGE}, or --yes on the first run, or --image NAME`,
  };
}

function volumeFinding(here: boolean): Finding {
  return {
    name: "volume",
    here,
    detail: here ? `${VOLUME}, with the models of earlier containers` : VOLUME,
    neededFor: "keeping a container's models",
    how: "the first run in a container makes it",
  };
}
