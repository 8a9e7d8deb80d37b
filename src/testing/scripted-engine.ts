import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptedGguf } from "../scripted/gguf/scripted-gguf.ts";
import type { ModelScript } from "../scripted/script.ts";
import { startTrueModel, trueModelFolder, type TrueModel } from "./true-model.ts";

/** Starts a real llama-server that plays scripts, as `startTrueModel` starts one with a true model. */
export async function startScriptedEngine(scripts: readonly ModelScript[]): Promise<TrueModel> {
  const folder = mkdtempSync(join(tmpdir(), "scripted-engine-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const weights = join(folder, "scripted.gguf");
    writeFileSync(weights, scriptedGguf(scripts));
    const options = ["--jinja", "-c", "131072", "-np", "1"];
    const engine = await startTrueModel(trueModelFolder(), { weights, name: "scripted", options });
    return { ...engine, close: () => engine.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
