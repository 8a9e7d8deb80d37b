import { PRESETS, type Preset } from "../upstream/presets.ts";

export type Provider = "ollama" | "openai";

const OLLAMA_PORT = "11434";

/**
 * Where the user's Ollama listens. `OLLAMA_HOST` is what Ollama itself reads
 * (https://docs.ollama.com/faq): a host, host:port or URL; `0.0.0.0` means every address here.
 */
export function ollamaBaseUrl(env: NodeJS.ProcessEnv): string {
  const host = env["OLLAMA_HOST"]?.trim() ?? "";
  if (host === "") return `http://localhost:${OLLAMA_PORT}`;
  const url = URL.parse(host.includes("://") ? host : `http://${host}`);
  if (url === null) return `http://localhost:${OLLAMA_PORT}`;
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url.hostname === "[::]") url.hostname = "[::1]";
  if (url.port === "" && !host.includes("://")) url.port = OLLAMA_PORT;
  return url.href.replace(/\/$/, "");
}

export function defaultBaseUrl(provider: Preset["protocol"], env: NodeJS.ProcessEnv): string {
  return provider === "ollama" ? ollamaBaseUrl(env) : PRESETS[provider].baseUrl;
}

/** An Ollama without the `/v1` of its other API, and without a slash at the end. */
export function rootOf(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "");
}

/** Where the list of models is: Ollama's own API stands beside `/v1`, OpenAI's under the base URL. */
export function modelsUrl(protocol: Preset["protocol"], baseUrl: string): string {
  if (protocol === "openai") return `${baseUrl.replace(/\/+$/, "")}/models`;
  return rootOf(baseUrl) + (protocol === "ollama" ? "/api/tags" : "/v1/models?limit=1000");
}
