import { modelScript, toolCall, toolCalls, words } from "../scripted/pieces.ts";
import type { ModelScript } from "../scripted/script.ts";

/** The answer to `[[say-text]]`. */
export const SAID = "Plain text, Grüße 日本 😀, through the bridge.";

/** What the model says in the sessions of the client tests, lowest rank first. */
export function scenarioScripts(cwd: string): ModelScript[] {
  return [
    modelScript("[[say-text]]", words(SAID)),

    modelScript(
      "[[use-tools]]",
      toolCall("Bash", { command: "echo '[[bash-done]]'", description: "Say so" }),
    ),
    modelScript("[[bash-done]]", toolCall("Read", { file_path: `${cwd}/notes.txt` })),
    modelScript("[[notes-read]]", words("Bash and Read have run.")),

    modelScript(
      "[[in-parallel]]",
      toolCalls(
        // Commands that only read run side by side, so the results come in another order than the calls.
        ["Bash", { command: "head -c 400000000 /dev/zero | wc -c", description: "The slow one" }],
        ["Bash", { command: "ls no-such-file", description: "The failing one" }],
        ["Read", { file_path: `${cwd}/parallel.txt` }],
      ),
    ),
    modelScript("[[parallel-read]]", words("Two worked and one failed.")),

    modelScript(
      "[[see-picture]]",
      toolCalls(
        ["Read", { file_path: `${cwd}/picture.png` }],
        ["Bash", { command: "echo '[[picture-read]]'", description: "Say so" }],
      ),
    ),
    modelScript("[[picture-read]]", words("The picture is red.")),

    modelScript("[[first-prompt]]", words("The first answer.")),
    modelScript("[[second-prompt]]", words("The second answer.")),

    modelScript(
      "[[use-agent]]",
      toolCall("Agent", {
        description: "Small errand",
        prompt: "[[errand]] Do it.",
        subagent_type: "general-purpose",
        run_in_background: false,
      }),
    ),
    modelScript("[[errand]]", words("The errand is done: [[errand-done]]")),
    modelScript("[[errand-done]]", words("The agent has reported.")),
  ];
}
