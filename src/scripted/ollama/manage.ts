import { createHash } from "node:crypto";
import { goJson } from "../go-json.ts";
import type { Exchange } from "../http/context.ts";
import { HttpFailure } from "../http/failure.ts";
import { sendEmpty, sendWhole } from "../http/reply.ts";
import { contextLimit, detailsOf, digestOf, EMBEDDING, fullName, modifiedAt } from "../models.ts";
import type { ScriptedModelInfo } from "../options.ts";
import { JSON_TYPE, lookUp, modelField, sendJson } from "./common.ts";

export function version({ response }: Exchange): void {
  sendWhole(response, 200, JSON_TYPE, goJson({ version: "0.0.0" }));
}

export function root({ response }: Exchange): void {
  sendWhole(response, 200, "text/plain; charset=utf-8", "Ollama is running");
}

export function status({ response }: Exchange): void {
  sendWhole(response, 200, JSON_TYPE, goJson({ cloud: { disabled: false, source: "none" } }));
}

export function tags({ response, world }: Exchange): void {
  sendJson(response, goJson({ models: world.models.map(tagEntry) }));
}

function tagEntry(model: ScriptedModelInfo): unknown {
  const name = fullName(model.name);
  const details = { ...detailsOf(), context_length: contextLimit(model), embedding_length: EMBEDDING };
  return {
    name,
    model: name,
    modified_at: modifiedAt(model),
    size: 10_073_163,
    digest: digestOf(model),
    details,
    capabilities: model.capabilities,
  };
}

export function ps({ response, world }: Exchange): void {
  const models = world.loaded.list(world.clock.now()).map(({ name, numCtx, expiresAt }) => ({
    name,
    model: name,
    size: 0,
    digest: digestOf(
      world.models.find((model) => fullName(model.name) === name) ?? { name, capabilities: [] },
    ),
    details: detailsOf(),
    expires_at: expiresAt,
    size_vram: 0,
    context_length: numCtx,
  }));
  sendJson(response, goJson({ models }));
}

/** `HEAD /api/blobs/DIGEST` and `POST /api/blobs/DIGEST`. */
export function blob({ response, method, path, bytes, world }: Exchange): void {
  const digest = path.slice("/api/blobs/".length);
  const known = world.blobs.has(digest);
  if (!/^sha256[:-][0-9a-f]{64}$/u.test(digest)) throw new HttpFailure(400, "invalid digest format");
  if (method === "HEAD" && !known) throw new HttpFailure(404, `blob ${digest} not found`);
  if (known) return sendEmpty(response, 200, method === "POST" ? { Connection: "close" } : {});
  const got = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  if (got !== digest) {
    throw new HttpFailure(400, `digest mismatch, expected ${goJson(digest)}, got ${goJson(got)}`);
  }
  world.blobs.set(digest, bytes);
  sendEmpty(response, 201);
}

export function remove({ response, body, world }: Exchange): void {
  const name = modelField(body);
  lookUp(name, world, name);
  world.models = world.models.filter((model) => fullName(model.name) !== fullName(name));
  world.created.delete(fullName(name));
  sendEmpty(response, 200);
}
