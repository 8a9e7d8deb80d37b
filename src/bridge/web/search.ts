import { asArray, asObject, asText } from "../../upstream/read.ts";
import type { SearchHit } from "../../translate/server-tools/outcome.ts";
import { WebFailure } from "./failure.ts";
import type { WebSettings } from "./options.ts";
import { askService, type Service, type ServiceRequest } from "./service.ts";

type Backend = NonNullable<WebSettings["search"]>;

/** What is read out of one hit of a service. */
interface Fields {
  list: unknown;
  text: string;
  age: readonly string[];
}

/** The most hits that one search gives. */
export const MAX_HITS = 10;
/** Characters of one excerpt: ten of these fit a local model's window. */
const MAX_TEXT = 1_200;
const MAX_QUERY = 1_000;

/**
 * Searches. `site` narrows the query where the service knows the operator. Throws WebFailure;
 * nothing found is an empty list.
 */
export async function search(
  backend: Backend,
  { query, site }: { query: string; site: readonly string[] },
  service: Service,
): Promise<SearchHit[]> {
  if (query.length > MAX_QUERY) {
    throw new WebFailure("query_too_long", `The query has more than ${MAX_QUERY} characters.`);
  }
  const answer = await askService(service, requestOf(backend, narrowed(query, site), query));
  const { list, text, age } = fieldsOf(backend.kind, answer);
  return asArray(list).flatMap((value) => hitOf(asObject(value), text, age));
}

/** SearXNG: https://docs.searxng.org/dev/search_api.html · Brave: https://api-dashboard.search.brave.com/app/documentation · Ollama: https://docs.ollama.com/web-search */
function requestOf({ kind, url, key }: Backend, narrow: string, plain: string): ServiceRequest {
  if (kind === "searxng") return { url: `${url}/search?${queryText({ q: narrow, format: "json" })}` };
  if (kind === "brave") {
    const query = queryText({ q: narrow, count: String(MAX_HITS), text_decorations: "false" });
    return { url: `${url}/res/v1/web/search?${query}`, headers: { "x-subscription-token": key } };
  }
  return {
    url: `${url}/api/web_search`,
    headers: { authorization: `Bearer ${key}` },
    body: { query: plain, max_results: MAX_HITS },
  };
}

function queryText(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString();
}

function fieldsOf(kind: Backend["kind"], answer: Record<string, unknown>): Fields {
  if (kind === "searxng") return { list: answer["results"], text: "content", age: ["publishedDate"] };
  if (kind === "ollama") return { list: answer["results"], text: "content", age: [] };
  return { list: asObject(answer["web"])?.["results"], text: "description", age: ["age", "page_age"] };
}

function narrowed(query: string, site: readonly string[]): string {
  if (site.length === 0) return query;
  const sites = site.map((domain) => `site:${domain}`);
  return sites.length === 1 ? `${query} ${sites[0]}` : `${query} (${sites.join(" OR ")})`;
}

function hitOf(hit: Record<string, unknown> | undefined, text: string, age: readonly string[]): SearchHit[] {
  const url = asText(hit?.["url"]);
  if (hit === undefined || url === undefined || !/^https?:\/\//i.test(url)) return [];
  const pageAge = age.map((key) => asText(hit[key])).find((value) => value !== undefined) ?? null;
  return [
    { url, title: asText(hit["title"]) ?? url, text: (asText(hit[text]) ?? "").slice(0, MAX_TEXT), pageAge },
  ];
}
