import { writeFile } from "node:fs/promises";
import { scriptedGguf } from "../../scripted/gguf/scripted-gguf.ts";
import { engineScripts } from "../../conformance/engine/open-engine.ts";
import { loadSuites } from "../../conformance/load.ts";
import { usageError } from "../exit.ts";
import type { ScriptedModelArguments } from "./scripted-model.ts";

/**
 * Writes the scripts of `fixtures/scripts` and all that the suites say as a GGUF. One line on stdout says what was written.
 * @throws CliError (exit 2) when the file cannot be written
 */
export async function scriptedModel({ out, template }: ScriptedModelArguments): Promise<void> {
  const scripts = await engineScripts(await loadSuites());
  const bytes = scriptedGguf(scripts, { template });
  try {
    await writeFile(out, bytes);
  } catch (error) {
    throw usageError(`--out ${out} cannot be written: ${(error as Error).message}`);
  }
  const size = (bytes.length / 1e6).toFixed(1);
  process.stdout.write(`wrote ${out}: ${scripts.length} scripts, chat template ${template}, ${size} MB\n`);
}
