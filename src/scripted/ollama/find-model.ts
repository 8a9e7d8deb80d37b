import type { Chat, Engine } from "../engine/engine.ts";
import { goJson } from "../go-json.ts";
import type { Exchange } from "../http/context.ts";
import { HttpFailure, RunnerFailure } from "../http/failure.ts";
import { fullName } from "../models.ts";
import type { Capability, ScriptedModelInfo } from "../options.ts";

const VALID_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.:/-]*$/u;

export function isValidName(name: string): boolean {
  return VALID_NAME.test(name);
}

/** Throws 400 on a name that is none and 404 on one that is unknown. */
export function findModel(name: string, models: readonly ScriptedModelInfo[]): ScriptedModelInfo {
  if (name === "") throw new HttpFailure(400, "model is required");
  if (!isValidName(name)) throw new HttpFailure(400, "invalid model name");
  const model = models.find((candidate) => fullName(candidate.name) === fullName(name));
  if (model === undefined) throw new HttpFailure(404, `model '${name}' not found`);
  return model;
}

/** The same exchange where the model speaks: one that was created of a file says what is in it. */
export function atModel(exchange: Exchange, model: ScriptedModelInfo): Exchange {
  const { world } = exchange;
  const created = world.created.get(fullName(model.name));
  if (created === undefined) return exchange;
  const scripts = world.queued === undefined ? created.scripts : [world.queued];
  return { ...exchange, world: { ...world, ground: { ...created, scripts } } };
}

/** Throws 400 when the chat needs what the model lacks. */
export function checkCapabilities(name: string, model: ScriptedModelInfo, chat: Chat): void {
  const has = (capability: Capability): boolean => model.capabilities.includes(capability);
  if (chat.tools.length > 0 && !has("tools")) {
    throw new HttpFailure(400, `registry.ollama.ai/library/${fullName(name)} does not support tools`);
  }
  if (chat.think === true && !has("thinking")) {
    throw new HttpFailure(400, `${goJson(name)} does not support thinking`);
  }
}

/** Found out by the runner, after the model is loaded. */
export function checkImages(model: ScriptedModelInfo, chat: Chat, engine: Engine): void {
  const sent = chat.messages.some((message) => (message.images ?? 0) > 0);
  if (!sent || model.capabilities.includes("vision")) return;
  const { status, message, type } = engine.noVision;
  throw new RunnerFailure(status, JSON.stringify({ error: { code: status, message, type } }));
}
