import type { CommandModule } from "yargs";
import type { Flavour } from "../../scripted/options.ts";
import type { EngineMode } from "../../scripted/script.ts";

export interface ServeModelArguments {
  host: string;
  port: number;
  mode: EngineMode;
  flavour: Flavour;
  delay: number;
}

const GO: EngineMode = "go";
const MODES: readonly EngineMode[] = ["go", "jinja", "parser"];
const OLLAMA: Flavour = "ollama";
const FLAVOURS: readonly Flavour[] = ["ollama", "openai"];

const command: CommandModule<object, ServeModelArguments> = {
  command: "serve-model",
  describe: "Serve the scripted model, as Ollama or as a plain OpenAI-compatible server",
  builder: (yargs) =>
    yargs
      .option("host", { type: "string", default: "127.0.0.1", describe: "Address to listen on" })
      .option("port", { type: "number", default: 0, describe: "Port; 0 picks a free one" })
      .option("mode", {
        choices: MODES,
        default: GO,
        describe: "How the simulated Ollama runs its models",
      })
      .option("flavour", {
        choices: FLAVOURS,
        default: OLLAMA,
        describe: "Whose API to speak",
      })
      .option("delay", { type: "number", default: 0, describe: "Milliseconds before each token" }),
  handler: async (argv) => {
    const { serveModel } = await import("./serve-model.impl.ts");
    await serveModel(argv);
  },
};

export default command;
