import type { CommandModule } from "yargs";
import { CHAT_TEMPLATES, type ChatTemplate } from "../../scripted/gguf/template.ts";

export interface ScriptedModelArguments {
  out: string;
  template: ChatTemplate;
}

const THINK: ChatTemplate = "think";

const command: CommandModule<object, ScriptedModelArguments> = {
  command: "scripted-model",
  describe: "Write the scripted model as a GGUF for a real engine (Ollama, llama.cpp)",
  builder: (yargs) =>
    yargs
      .option("out", { type: "string", demandOption: true, requiresArg: true, describe: "File to write" })
      .option("template", {
        choices: CHAT_TEMPLATES,
        default: THINK,
        describe: "What its chat template can do: tools and thinking, tools, or neither",
      }),
  handler: async (argv) => {
    const { scriptedModel } = await import("./scripted-model.impl.ts");
    await scriptedModel(argv);
  },
};

export default command;
