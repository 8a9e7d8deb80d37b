import { BridgeOptionsError } from "../options-error.ts";

/** Where searches go: a SearXNG of the user's own, Brave's API, Ollama's API, or nowhere. */
export interface SearchOptions {
  kind: "searxng" | "brave" | "ollama" | "none";
  /** SearXNG: its address. The others: another address than the service's own. */
  url?: string;
  /** Brave and Ollama: the API key. Never shown. */
  key?: string;
}

/** The web tools that the bridge runs for clients. Without them, calls get an explicit `unavailable`. */
export interface WebOptions {
  search?: SearchOptions;
  /** Whether `web_fetch` may read public pages from this machine; off by default. */
  fetch?: boolean;
}

/** `WebOptions` with every default filled in. */
export interface WebSettings {
  /** Null: no search backend. */
  search: { kind: "searxng" | "brave" | "ollama"; url: string; key: string } | null;
  fetch: boolean;
}

const SERVICES = {
  brave: "https://api.search.brave.com",
  ollama: "https://ollama.com",
} as const;

/** Throws BridgeOptionsError. */
export function resolveWeb({ search, fetch = false }: WebOptions = {}): WebSettings {
  return { search: search === undefined ? null : resolveSearch(search), fetch };
}

function resolveSearch({ kind, url, key = "" }: SearchOptions): WebSettings["search"] {
  if (kind === "none") return null;
  if (kind !== "searxng" && kind !== "brave" && kind !== "ollama") {
    throw new BridgeOptionsError(
      `web.search.kind: "${String(kind)}" is not known, use "searxng", "brave", "ollama" or "none"`,
    );
  }
  if (kind === "searxng") return { kind, url: addressOf(url), key: "" };
  if (key === "") throw new BridgeOptionsError(`web.search.key: ${kind} needs an API key`);
  return { kind, url: url === undefined ? SERVICES[kind] : addressOf(url), key };
}

function addressOf(text: string | undefined): string {
  const url = URL.parse(text ?? "");
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new BridgeOptionsError("web.search.url: must be an http or https URL");
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}
