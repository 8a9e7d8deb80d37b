import type { SearchOptions, WebOptions } from "../../bridge/web/options.ts";
import { usageError } from "../exit.ts";

/** Where the key of a search service comes from: never from the command line, which others can read. */
export const SEARCH_KEYS: Readonly<Record<"brave" | "ollama", string>> = {
  brave: "BRAVE_API_KEY",
  ollama: "OLLAMA_API_KEY",
};

/**
 * The web tools that a command line asks for.
 * @throws CliError exit 2
 */
export function webOptions(
  { webSearch, webFetch }: { webSearch?: string; webFetch: boolean },
  env: NodeJS.ProcessEnv,
): WebOptions {
  return { ...(webSearch !== undefined && { search: searchOptions(webSearch, env) }), fetch: webFetch };
}

function searchOptions(value: string, env: NodeJS.ProcessEnv): SearchOptions {
  if (value === "none") return { kind: "none" };
  if (value.startsWith("searxng:")) {
    const url = value.slice("searxng:".length);
    if (/^https?:\/\/[^/]/i.test(url) && URL.canParse(url)) return { kind: "searxng", url };
    throw usageError(`--web-search searxng:URL takes an http or https URL, not "${url}"`);
  }
  if (value !== "brave" && value !== "ollama") {
    throw usageError(`--web-search takes searxng:URL, brave, ollama or none, not "${value}"`);
  }
  const key = env[SEARCH_KEYS[value]];
  if (key === undefined || key === "") {
    throw usageError(`--web-search ${value} needs its key in the variable ${SEARCH_KEYS[value]}`);
  }
  return { kind: value, key };
}
