import type { Options } from "yargs";

/** An option that takes one word. */
export const TEXT: Options & { type: "string" } = { type: "string", requiresArg: true };

/** Which model a command is about, and where it is. */
export const MODEL_OPTIONS: Record<"model" | "provider" | "base-url" | "api-key", Options> = {
  model: { ...TEXT, describe: "A live model; without it the embedded scripted model" },
  provider: {
    choices: ["ollama", "openai", "anthropic"],
    requiresArg: true,
    describe: "What the model's server speaks; anthropic: passed through",
  },
  "base-url": { ...TEXT, describe: "Where the model's server is" },
  "api-key": { ...TEXT, describe: "Key of the model's server" },
};
