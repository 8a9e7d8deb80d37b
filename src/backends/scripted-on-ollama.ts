import { goTemplate } from "../scripted/engine/go-template.ts";
import { scriptedGguf } from "../scripted/gguf/scripted-gguf.ts";
import type { Capability } from "../scripted/options.ts";
import type { EngineMode, ModelScript } from "../scripted/script.ts";
import type { OllamaModel } from "./create-on-ollama.ts";

/** The model counts bytes: a full request of the real client needs this context, and no request can set it. */
const PARAMETERS = { temperature: 0, num_ctx: 131_072 };

/**
 * The scripted model for one way in which an Ollama runs models. A file whose own chat template knows tools
 * makes it ignore a TEMPLATE, so `go` and `parser` get one that does not.
 */
export function scriptedOnOllama(mode: EngineMode, scripts: readonly ModelScript[]): OllamaModel {
  const parameters = PARAMETERS;
  if (mode === "jinja") return { gguf: scriptedGguf(scripts, { template: "think" }), parameters };
  const gguf = scriptedGguf(scripts, { template: "plain" });
  if (mode === "parser") return { gguf, renderer: "qwen3-vl-instruct", parser: "qwen3", parameters };
  const capabilities: Capability[] = ["completion", "tools", "thinking"];
  return { gguf, template: goTemplate({ name: "scripted", capabilities }), parameters };
}
