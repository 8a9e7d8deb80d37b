import { ApiError } from "../messages/api-error.ts";
import type { UpstreamModel } from "../upstream/probe.ts";
import { sendJson } from "./answers.ts";
import type { Core, Exchange } from "./core.ts";
import { aliasOf, isNamed, modelBehind, unknownModel } from "./models.ts";
import { queryOf } from "./router.ts";

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;

interface ModelInfo {
  type: "model";
  id: string;
  display_name: string;
  /** RFC 3339. */
  created_at: string;
  max_input_tokens: number | null;
  max_tokens: number | null;
  capabilities: null;
}

/**
 * `GET /v1/models`: what the upstream lists, the configured model first; then the aliases under which
 * Claude Code shows them. Only the configured one while the upstream is down or slow.
 * Sources: https://docs.anthropic.com/en/api/models-list, https://code.claude.com/docs/en/llm-gateway
 */
export async function answerModels(core: Core, exchange: Exchange): Promise<void> {
  const models = await known(core, exchange);
  const infos = [...models.map((model) => modelInfo(model)), ...models.flatMap(aliasInfo)];
  sendJson(exchange, 200, pageOf(infos, queryOf(exchange.request.target)));
}

/** `GET /v1/models/{id}`, by alias too. Throws ApiError 404. */
export async function answerModel(core: Core, exchange: Exchange, id: string): Promise<void> {
  const behind = await modelBehind(core, exchange, id);
  const model = (await known(core, exchange)).find((candidate) => isNamed(candidate, behind));
  if (model === undefined) throw unknownModel(id);
  sendJson(exchange, 200, modelInfo({ ...model, id }, behind));
}

async function known(core: Core, exchange: Exchange): Promise<UpstreamModel[]> {
  const listed = (await core.models.get(core, exchange.mark)) ?? [];
  const { model } = core.settings;
  if (model === null) return listed;
  const configured = listed.find((candidate) => isNamed(candidate, model)) ?? { id: model, created: null };
  return [{ ...configured, id: model }, ...listed.filter((candidate) => !isNamed(candidate, model))];
}

function aliasInfo(model: UpstreamModel): ModelInfo[] {
  const alias = aliasOf(model.id);
  return alias === null ? [] : [modelInfo({ ...model, id: alias }, model.id)];
}

function modelInfo(model: UpstreamModel, name: string = model.id): ModelInfo {
  return {
    type: "model",
    id: model.id,
    display_name: name,
    created_at: model.created ?? "1970-01-01T00:00:00Z",
    max_input_tokens: null,
    max_tokens: null,
    capabilities: null,
  };
}

function pageOf(models: ModelInfo[], query: URLSearchParams): object {
  const limit = readLimit(query.get("limit"));
  const after = query.get("after_id");
  const before = query.get("before_id");
  if (after !== null && before !== null) {
    throw new ApiError("invalid_request_error", "after_id: cannot be combined with before_id");
  }
  const from = after === null ? 0 : indexOf(models, "after_id", after) + 1;
  const to = before === null ? models.length : indexOf(models, "before_id", before);
  const start = before === null ? from : Math.max(0, to - limit);
  const data = models.slice(start, Math.min(to, start + limit));
  const hasMore = before === null ? start + limit < models.length : start > 0;
  return { data, has_more: hasMore, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

function readLimit(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new ApiError("invalid_request_error", `limit: must be between 1 and ${MAX_LIMIT}`);
}

function indexOf(models: ModelInfo[], field: string, id: string): number {
  const index = models.findIndex((model) => model.id === id);
  if (index !== -1) return index;
  throw new ApiError("invalid_request_error", `${field}: there is no model "${id}"`);
}
