import { createHash } from "node:crypto";
import { bindStruct } from "../go-bind.ts";
import { decodeFirst } from "../go-decode.ts";
import { goJson } from "../go-json.ts";
import type { Exchange } from "../http/context.ts";
import { HttpFailure, RunnerFailure } from "../http/failure.ts";
import { sendChunked, sendEmpty, sendWhole } from "../http/reply.ts";
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
  if (known) return sendEmpty(response, 200);
  const got = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  if (got !== digest) {
    throw new HttpFailure(400, `digest mismatch, expected ${goJson(digest)}, got ${goJson(got)}`);
  }
  world.blobs.set(digest, bytes.length);
  sendEmpty(response, 201);
}

/** `POST /api/create {model, from, parameters}`: derives a model, with another context if asked. */
export function create({ response, body, world }: Exchange): void {
  const fields = bindStruct(
    decodeFirst(body, { empty: "missing request body" }),
    "CreateRequest",
    "api.CreateRequest",
    {},
  );
  const name = typeof fields["model"] === "string" ? fields["model"] : "";
  const source = typeof fields["from"] === "string" ? fields["from"] : "";
  if (name === "") throw new HttpFailure(400, "invalid model name");
  if (source === "") throw new RunnerFailure(400, "neither 'from' or 'files' was specified");
  const base = world.models.find((model) => fullName(model.name) === fullName(source));
  if (base === undefined) return sendStatuses(response, { status: "pulling manifest" }, { error: OFFLINE });
  const numCtx = (fields["parameters"] as { num_ctx?: number } | undefined)?.num_ctx;
  const derived = { ...base, name, ...(numCtx === undefined ? {} : { numCtx }) };
  world.models = [...world.models.filter((model) => fullName(model.name) !== fullName(name)), derived];
  if (fields["stream"] === false) return sendWhole(response, 200, JSON_TYPE, goJson({ status: "success" }));
  sendStatuses(
    response,
    { status: `using existing layer sha256:${digestOf(base)}` },
    { status: "writing manifest" },
    { status: "success" },
  );
}

const OFFLINE = "pull model manifest: the scripted model has no registry to pull from";

function sendStatuses(response: Exchange["response"], ...steps: readonly object[]): void {
  sendChunked(
    response,
    200,
    "application/x-ndjson",
    ...steps.map(
      (step) => `${goJson(step)}
`,
    ),
  );
}

export function remove({ response, body, world }: Exchange): void {
  const name = modelField(body);
  lookUp(name, world, name);
  world.models = world.models.filter((model) => fullName(model.name) !== fullName(name));
  sendEmpty(response, 200);
}
