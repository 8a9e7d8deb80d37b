import { goJson } from "../go-json.ts";
import type { Exchange } from "../http/context.ts";
import { HttpFailure } from "../http/failure.ts";
import { rfc3339 } from "../clock.ts";
import { contextOf, fullName } from "../models.ts";
import { JSON_TYPE, lookUp, modelField } from "./common.ts";
import { sendWhole } from "../http/reply.ts";

/** `POST /api/generate` without a prompt, which loads a model with the server's own context. Nothing else of it is played. */
export function loadModel({ response, body, world }: Exchange): void {
  const name = modelField(body);
  const model = lookUp(name, world, name);
  const { prompt } = JSON.parse(body) as { prompt?: unknown };
  if (prompt !== undefined && prompt !== "")
    throw new HttpFailure(400, "the scripted model completes no prompts: ask /api/chat");
  const now = world.clock.now();
  world.loaded.load(fullName(model.name), contextOf(model, undefined), undefined, now);
  const done = { model: name, created_at: rfc3339(now), response: "", done: true, done_reason: "load" };
  sendWhole(response, 200, JSON_TYPE, goJson(done));
}
