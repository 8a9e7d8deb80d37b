import { posix } from "node:path";
import { EngineRefusal, type EngineClient } from "./engine-client.ts";

/** Where the image has its models. */
export const MODELS_FOLDER: string = posix.join("/root", ".ollama");

/** Where containers keep their models, so that a second run downloads none. */
export const VOLUME = "bridge-conformance-ollama";

export async function hasVolume(engine: EngineClient): Promise<boolean> {
  try {
    await engine.ask(`/volumes/${VOLUME}`);
    return true;
  } catch (error) {
    if (error instanceof EngineRefusal && error.status === 404) return false;
    throw error;
  }
}

/** Leaves one alone that another container uses: that one has a use for it. */
export async function removeVolume(engine: EngineClient): Promise<void> {
  try {
    await engine.ask(`/volumes/${VOLUME}`, { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof EngineRefusal && (error.status === 404 || error.status === 409))) throw error;
  }
}
