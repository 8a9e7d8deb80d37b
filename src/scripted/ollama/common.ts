import { bindStruct } from "../go-bind.ts";
import { decodeFirst } from "../go-decode.ts";
import type { Exchange, World } from "../http/context.ts";
import { HttpFailure } from "../http/failure.ts";
import { sendChunked, sendWhole } from "../http/reply.ts";
import { fullName } from "../models.ts";
import type { ScriptedModelInfo } from "../options.ts";

export const JSON_TYPE = "application/json; charset=utf-8";

const BUFFER = 2048;

/** The model's name of a management request; the old key `name` still counts. */
export function modelField(body: string): string {
  const value = bindStruct(
    decodeFirst(body, { empty: "missing request body" }),
    "ShowRequest",
    "api.ShowRequest",
    {
      model: { kind: "string", type: "string" },
    },
  );
  const name = value["model"] ?? value["name"];
  if (typeof name !== "string" || name === "") throw new HttpFailure(400, "model is required");
  return name;
}

/** Throws 404; `shown` is how the message names the model. */
export function lookUp(name: string, world: World, shown: string): ScriptedModelInfo {
  const model = world.models.find((candidate) => fullName(candidate.name) === fullName(name));
  if (model === undefined) throw new HttpFailure(404, `model '${shown}' not found`);
  return model;
}

/** A JSON body; Go sends what outgrows its 2 KB buffer in chunks. */
export function sendJson(response: Exchange["response"], body: string): void {
  if (Buffer.byteLength(body) > BUFFER) sendChunked(response, 200, JSON_TYPE, body);
  else sendWhole(response, 200, JSON_TYPE, body);
}
