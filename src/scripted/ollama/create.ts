import { createHash } from "node:crypto";
import { jinjaTemplate } from "../engine/jinja-template.ts";
import { engineFor } from "../engine/engines.ts";
import { goTemplate } from "../engine/go-template.ts";
import { bindStruct } from "../go-bind.ts";
import { decodeFirst } from "../go-decode.ts";
import { NoGguf, readGguf, type GgufFile } from "../gguf/read-gguf.ts";
import { readScripts } from "../gguf/read-scripts.ts";
import { goJson } from "../go-json.ts";
import type { Exchange, World } from "../http/context.ts";
import { HttpFailure, RunnerFailure } from "../http/failure.ts";
import { sendChunked, sendWhole } from "../http/reply.ts";
import { digestOf, fullName } from "../models.ts";
import type { Capability, ScriptedModelInfo } from "../options.ts";
import type { EngineMode, ModelScript } from "../script.ts";
import { createTokenizer } from "../tokens.ts";
import { isValidName } from "./find-model.ts";

interface CreateRequest {
  model?: string;
  from?: string;
  files?: Record<string, string>;
  template?: string;
  renderer?: string;
  parser?: string;
  parameters?: { num_ctx?: number };
  stream?: boolean;
}

type Step = { status: string } | { error: string };

/**
 * `POST /api/create`: a model of an uploaded GGUF of `scriptedGguf`, which then says what is in the file, run in the way
 * that the request and the file mean; or one derived of another, with another context if asked.
 */
export function create({ response, body, world }: Exchange): void {
  const request = bindStruct(
    decodeFirst(body, { empty: "missing request body" }),
    "CreateRequest",
    "api.CreateRequest",
    {},
  ) as CreateRequest;
  const { model: name = "", from = "", files } = request;
  if (!isValidName(name)) throw new HttpFailure(400, "invalid model name");
  const wanted = Object.values(files ?? {});
  if (from === "" && wanted.length === 0)
    throw new RunnerFailure(400, "neither 'from' or 'files' was specified");
  const steps =
    from === "" ? [...ofFile(name, wanted[0] ?? "", request, world)] : derived(name, from, request, world);
  const failure = steps.find((step) => "error" in step);
  if (request.stream !== false) return sendSteps(response, steps);
  if (failure !== undefined) throw new HttpFailure(500, failure.error);
  sendWhole(response, 200, "application/json", goJson({ status: "success" }));
}

function sendSteps(response: Exchange["response"], steps: readonly Step[]): void {
  sendChunked(response, 200, "application/x-ndjson", ...steps.map((step) => `${goJson(step)}\n`));
}

function derived(name: string, from: string, request: CreateRequest, world: World): Step[] {
  const base = world.models.find((model) => fullName(model.name) === fullName(from));
  if (base === undefined) return [{ status: "pulling manifest" }, { error: OFFLINE }];
  put({ ...base, name, ...contextIn(request) }, world);
  const ground = world.created.get(fullName(from));
  if (ground !== undefined) world.created.set(fullName(name), ground);
  return [{ status: `using existing layer sha256:${digestOf(base)}` }, ...WRITTEN];
}

const OFFLINE = "pull model manifest: the scripted model has no registry to pull from";
const WRITTEN: readonly Step[] = [{ status: "writing manifest" }, { status: "success" }];

function* ofFile(name: string, digest: string, request: CreateRequest, world: World): Generator<Step> {
  yield { status: "parsing GGUF" };
  const played = playable(world.blobs.get(digest), request);
  if ("error" in played) {
    yield played;
    return;
  }
  yield { status: "verifying conversion" };
  const { mode, capabilities, scripts, contextLength } = played;
  if (mode === "go" && request.template === undefined) yield { status: "using autodetected template chatml" };
  put({ name, capabilities, contextLength, ...contextIn(request) }, world);
  world.created.set(fullName(name), {
    engine: engineFor(mode),
    scripts,
    tokenizer: createTokenizer(scripts),
  });
  yield { status: `using existing layer ${digest}` };
  for (const part of [request.template, request.parameters])
    if (part !== undefined) yield { status: `creating new layer sha256:${sha256(goJson(part))}` };
  yield* WRITTEN;
}

interface Played extends Way {
  scripts: ModelScript[];
  contextLength: number;
}

function playable(bytes: Uint8Array | undefined, request: CreateRequest): Played | { error: string } {
  if (bytes === undefined) return { error: "open model.gguf: no such file or directory" };
  const file = read(bytes);
  if (file === undefined) return { error: "supplied file was not in GGUF format" };
  const scripts = readScripts(file);
  if (scripts === null) return { error: "the scripted Ollama runs models of `scripted-model` alone" };
  const way = wayOf(file, request);
  if (way === undefined) return { error: "the scripted Ollama renders a TEMPLATE of its own alone" };
  return { ...way, scripts, contextLength: Number(file.metadata.get("llama.context_length")) };
}

function read(bytes: Uint8Array): GgufFile | undefined {
  try {
    return readGguf(bytes);
  } catch (error) {
    if (error instanceof NoGguf || error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Way {
  mode: EngineMode;
  capabilities: Capability[];
}

/** How a real Ollama runs it: a parser that is named, else the file's own template when it knows tools, else a TEMPLATE. */
function wayOf({ metadata }: GgufFile, { template, parser }: CreateRequest): Way | undefined {
  if (parser !== undefined) return { mode: "parser", capabilities: ["completion", "tools"] };
  const own = metadata.get("tokenizer.chat_template");
  const known: Capability[][] = [
    ["completion"],
    ["completion", "tools"],
    ["completion", "tools", "thinking"],
  ];
  const jinja = known.find((capabilities) => jinjaTemplate({ name: "", capabilities }) === own);
  if (jinja?.includes("tools") === true) return { mode: "jinja", capabilities: jinja };
  if (template === undefined) return { mode: "go", capabilities: ["completion"] };
  const go = known.find((capabilities) => goTemplate({ name: "", capabilities }) === template);
  return go && { mode: "go", capabilities: go };
}

function contextIn({ parameters }: CreateRequest): Partial<ScriptedModelInfo> {
  const numCtx = parameters?.num_ctx;
  return numCtx === undefined ? {} : { numCtx, numCtxStated: true };
}

function put(model: ScriptedModelInfo, world: World): void {
  world.models = [...world.models.filter(({ name }) => fullName(name) !== fullName(model.name)), model];
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
