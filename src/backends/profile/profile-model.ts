import { createHash } from "node:crypto";
import { totalmem } from "node:os";
import { flagsFromModelList, flagsFromProps, modelEntry } from "../../upstream/openai/model-facts.ts";
import { flagsFromShow, loadedContext } from "../../upstream/probe.ts";
import { asCount, asObject, asText } from "../../upstream/read.ts";
import { rootOf } from "../base-url.ts";
import { ollamaFacts as ollamaBuild } from "../ollama-facts.ts";
import { ask, type Question, type Reply, type Server } from "./ask.ts";
import { isHere, thisHost } from "./host.ts";
import { contextLimit, detailOf, modeOf, onGpu, parametersOf } from "./ollama-facts.ts";
import { outcomeOf, trialBody, type Trial } from "./trials.ts";
import type { Capability, ModelProfile, ThinkingCapability } from "./types.ts";
import { chatPath, warmUp } from "./warm-up.ts";

/** Tokens of a full Claude Code's first request (49 KB), counted by two tokenizers with real servers. */
const FIRST_REQUEST = 12_000;

const FACT_MS = 5_000;
const TRIAL_MS = 120_000;

/** Words for how hard to think, where a server takes one of them. */
const LEVELS = ["low", "medium", "high"];

/** What is told without a token being spent. */
type Facts = Omit<ModelProfile, "warmUpMs" | "capabilities" | "host"> & {
  told: { tools?: boolean; thinking?: boolean; vision?: boolean; structured?: boolean; by: string };
};

/**
 * Asks a server what it knows of a model, warms the model up, and tries with one short request each what
 * the server did not say or only claims. A question without an answer leaves its fact unknown.
 * @throws what the signal was aborted with
 */
export async function profileModel(server: Server, model: string): Promise<ModelProfile> {
  const facts = await (server.provider === "ollama"
    ? ollamaFacts(server, model)
    : openAiFacts(server, model));
  const { told, ...rest } = facts;
  const attempt = (trial: Trial): Promise<Reply | null> =>
    ask(server, {
      path: chatPath(server),
      body: trialBody(trial, server.provider, model, facts.context.used),
      timeoutMs: TRIAL_MS,
    });
  const warm = await warmUp(server, model, facts.context.used);
  const capabilities = {
    tools: await capability("tools", told.tools, told.by, attempt),
    thinking: await thinking(told, attempt),
    vision: await capability("vision", told.vision, told.by, attempt),
    structured: await capability("structured", told.structured, told.by, attempt),
  };
  const ps = server.provider === "ollama" ? await fact(server, { path: "/api/ps" }) : undefined;
  return {
    ...rest,
    capabilities,
    host: thisHost(!isHere(server.baseUrl), onGpu(ps, model)),
    warmUpMs: warm?.ms ?? null,
  };
}

/** What is denied is not tried: its refusal is a case of its own. What is claimed is. */
async function capability(
  trial: "tools" | "vision" | "structured",
  told: boolean | undefined,
  by: string,
  attempt: (trial: Trial) => Promise<Reply | null>,
): Promise<Capability> {
  if (told === false) return { has: false, from: by };
  const seen = outcomeOf(trial, await attempt(trial));
  if (told === undefined || seen.has === false) return seen;
  return { has: true, from: `${by}; ${seen.from}` };
}

async function thinking(
  { thinking: told, by }: Facts["told"],
  attempt: (trial: Trial) => Promise<Reply | null>,
): Promise<ThinkingCapability> {
  if (told === false) return { has: false, from: by, levels: [] };
  const seen = outcomeOf("thinking", await attempt("thinking"));
  const has = seen.has ?? told ?? null;
  const from = told === undefined ? seen.from : `${by}; ${seen.from}`;
  const levels = has === true && outcomeOf("levels", await attempt("levels")).has === true ? LEVELS : [];
  return { has, from, levels };
}

async function fact(server: Server, question: Omit<Question, "timeoutMs">): Promise<unknown> {
  const reply = await ask(server, { ...question, timeoutMs: FACT_MS });
  return reply?.status === 200 ? reply.json : undefined;
}

async function ollamaFacts(server: Server, model: string): Promise<Facts> {
  const show = await fact(server, { path: "/api/show", body: { model } });
  const [ps, { digest = null, engineVersion = null }] = await Promise.all([
    fact(server, { path: "/api/ps" }),
    ollamaBuild(rootOf(server.baseUrl), model),
  ]);
  const { contextWindow = null, tools, vision, thinking: thinks } = flagsFromShow(show, memoryOf(server));
  const used = contextWindow === null ? null : Math.max(contextWindow, loadedContext(ps, model) ?? 0);
  return {
    digest,
    quantisation: detailOf(show, "quantization_level"),
    size: detailOf(show, "parameter_size"),
    template: hashed(asObject(show)?.["template"]),
    engine: { name: "Ollama", version: engineVersion },
    mode: modeOf(show),
    context: { limit: contextLimit(show), used, needed: FIRST_REQUEST },
    options: { ...parametersOf(show), ...(used !== null && { num_ctx: used }) },
    told: {
      by: "/api/show",
      ...(tools !== undefined && { tools }),
      ...(vision !== undefined && { vision }),
      ...(thinks !== undefined && { thinking: thinks !== "none" }),
    },
  };
}

async function openAiFacts(server: Server, model: string): Promise<Facts> {
  const [list, props] = await Promise.all([
    fact(server, { path: "/models" }),
    fact(server, { path: "/props", fromRoot: true }),
  ]);
  const entry = modelEntry(list, model);
  const isLlama = asObject(props)?.["build_info"] !== undefined;
  const flags = { ...flagsFromModelList(list, model), ...(isLlama && flagsFromProps(props)) };
  const meta = asObject(entry?.["meta"]);
  const weights = asCount(meta?.["n_params"]);
  return {
    digest: null,
    quantisation: null,
    size: weights === undefined ? null : `${(weights / 1e9).toFixed(2)}B`,
    template: hashed(asObject(props)?.["chat_template"]),
    engine: {
      name: isLlama ? "llama-server" : (asText(entry?.["owned_by"]) ?? "an OpenAI-compatible server"),
      version: asText(asObject(props)?.["build_info"]) ?? null,
    },
    mode: null,
    context: {
      limit: asCount(meta?.["n_ctx_train"]) ?? flags.contextWindow ?? null,
      used: flags.contextWindow ?? null,
      needed: FIRST_REQUEST,
    },
    options: {},
    told: {
      by: isLlama ? "/props" : "/models",
      ...(flags.vision !== undefined && { vision: flags.vision }),
      ...(flags.tools !== undefined && { tools: flags.tools }),
    },
  };
}

/** Ollama gives a context what memory it asks for; how much there is, is known of this machine only. */
function memoryOf({ baseUrl }: Server): number | null {
  return isHere(baseUrl) ? totalmem() : null;
}

function hashed(template: unknown): string | null {
  return typeof template === "string" && template !== ""
    ? createHash("sha256").update(template).digest("hex")
    : null;
}
