import { goJson } from "../go-json.ts";
import type { Exchange } from "../http/context.ts";
import { HttpFailure } from "../http/failure.ts";
import { sendWhole } from "../http/reply.ts";
import { fullName, modifiedAt } from "../models.ts";
import type { ScriptedModelInfo } from "../options.ts";

const PREFIX = "/v1/models/";

/** `GET /v1/models` of Ollama: full names, owner `library`. */
export function ollamaModels({ response, world }: Exchange): void {
  const data = world.models.map((model) => entry(fullName(model.name), model, "library"));
  sendWhole(response, 200, "application/json", `${goJson({ object: "list", data })}\n`);
}

/** `GET /v1/models/NAME` of Ollama. */
export function ollamaModel({ response, path, world }: Exchange): void {
  const name = decodeURIComponent(path.slice(PREFIX.length));
  const model = world.models.find((candidate) => fullName(candidate.name) === fullName(name));
  if (model === undefined) throw new HttpFailure(404, `model '${fullName(name)}' not found`);
  sendWhole(response, 200, "application/json", `${goJson(entry(name, model, "library"))}\n`);
}

/** `GET /v1/models` of a plain OpenAI-compatible server. */
export function plainModels({ response, world }: Exchange): void {
  const data = world.models.map((model) => entry(model.name, model, "scripted"));
  sendWhole(response, 200, "application/json", JSON.stringify({ object: "list", data }));
}

/** `GET /v1/models/NAME` of a plain OpenAI-compatible server. */
export function plainModel({ response, path, world }: Exchange): void {
  const name = decodeURIComponent(path.slice(PREFIX.length));
  const model = world.models.find((candidate) => candidate.name === name);
  if (model === undefined) throw new HttpFailure(404, unknownModel(name));
  sendWhole(response, 200, "application/json", JSON.stringify(entry(name, model, "scripted")));
}

/** OpenAI's sentence for a model that is not there. */
export function unknownModel(name: string): string {
  return `The model \`${name}\` does not exist or you do not have access to it.`;
}

function entry(id: string, model: ScriptedModelInfo, owner: string): Record<string, unknown> {
  const created = Math.floor(Date.parse(modifiedAt(model)) / 1000);
  return { id, object: "model", created, owned_by: owner };
}
