import { Agent, type Dispatcher } from "undici";
import { asText } from "../../upstream/read.ts";
import { allowsUrl } from "../../translate/server-tools/domains.ts";
import type { SearchHit } from "../../translate/server-tools/outcome.ts";
import type { ServerTool } from "../../translate/server-tools/server-tool.ts";
import { WebFailure } from "./failure.ts";
import { fetchPage, type Page } from "./fetch-page.ts";
import { type AddressRule, guardedLookup, isPublicAddress } from "./guard.ts";
import type { WebSettings } from "./options.ts";
import { MAX_HITS, search } from "./search.ts";
import type { WebWay } from "./seam.ts";
import { askService, type Service } from "./service.ts";

/** What no option can set: only tests and replay do. */
export interface WebSeams {
  /** Which addresses pages are read from; by default the public Internet. */
  addressRule?: AddressRule;
  /** What stands on the way to the web, if anything. */
  through?: (live: Dispatcher, way: WebWay) => Dispatcher;
  /** When a page was read; by default now. */
  now?: () => Date;
}

/** The way to the web of one bridge. Both functions throw WebFailure, or the signal's reason. */
export interface Web {
  /** Null when there is one; else why there is none, and how to have one. */
  readonly missing: Record<ServerTool["name"], string | null>;
  now(): Date;
  search(query: string, tool: ServerTool, signal: AbortSignal): Promise<SearchHit[]>;
  fetch(url: string, tool: ServerTool, signal: AbortSignal): Promise<Page>;
  close(): Promise<void>;
}

const NO_SEARCH =
  "Web search is not available: this bridge has no search backend. Start it with --web-search searxng:URL, --web-search brave or --web-search ollama.";
const NO_FETCH = "Web fetch is not available: this bridge reads no pages. Start it with --web-fetch.";

const SEARCH_MS = 15_000;
const FETCH_MS = 30_000;

export function createWeb(
  settings: WebSettings,
  { addressRule = isPublicAddress, through = (live) => live, now = () => new Date() }: WebSeams = {},
): Web {
  const backend = settings.search;
  // The service is the operator's own choice and may be anywhere; pages are the model's choice.
  const services = new Agent({ connect: { timeout: 5_000 } });
  const pages = new Agent({
    connect: { timeout: 5_000, lookup: guardedLookup(addressRule) },
    headersTimeout: FETCH_MS,
  });
  const toService = through(services, { kind: "service", base: backend?.url ?? null });
  const toPages = through(pages, { kind: "page", base: null });
  const service = (signal: AbortSignal): Service => ({ dispatcher: toService, timeoutMs: SEARCH_MS, signal });
  return {
    now,
    missing: {
      web_search: backend === null ? NO_SEARCH : null,
      web_fetch: settings.fetch ? null : NO_FETCH,
    },
    async search(query, tool, signal) {
      if (backend === null) throw new WebFailure("unavailable", NO_SEARCH);
      const hits = await search(backend, { query, site: tool.allowed }, service(signal));
      return hits.filter(({ url }) => allowsUrl(tool, url)).slice(0, MAX_HITS);
    },
    fetch(url, tool, signal) {
      if (!settings.fetch) throw new WebFailure("unavailable", NO_FETCH);
      const allows = (address: string): boolean => allowsUrl(tool, address);
      if (backend?.kind === "ollama") return fetchOverOllama(backend, url, allows, service(signal));
      return fetchPage(url, { dispatcher: toPages, rule: addressRule, allows, timeoutMs: FETCH_MS, signal });
    },
    async close() {
      await Promise.all([services.destroy(), pages.destroy()]);
    },
  };
}

/** Ollama's service reads the page, on its own network: https://docs.ollama.com/web-search */
async function fetchOverOllama(
  { url: base, key }: NonNullable<WebSettings["search"]>,
  url: string,
  allows: (url: string) => boolean,
  service: Service,
): Promise<Page> {
  if (URL.parse(url) === null) throw new WebFailure("invalid_tool_input", "This is not a full address.");
  if (!allows(url)) throw new WebFailure("url_not_allowed", "This domain is not one that may be read here.");
  const page = await askService(service, {
    url: `${base}/api/web_fetch`,
    headers: { authorization: `Bearer ${key}` },
    body: { url },
  });
  const text = asText(page["content"]);
  if (text === undefined) throw new WebFailure("url_not_accessible", "The page cannot be read.");
  return { url, title: asText(page["title"]) ?? null, text };
}
