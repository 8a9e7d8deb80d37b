import { isIPv6 } from "node:net";
import { PRESETS, type Preset } from "../upstream/presets.ts";
import { BackendError } from "./backend-error.ts";

export type Provider = "ollama" | "openai";

const OLLAMA_PORT = "11434";

/**
 * Where the user's Ollama listens: what `ollama` itself would make of `OLLAMA_HOST`, which is a host, host:port, :port
 * or URL, in quotes or not (`envconfig.ConnectableHost`, https://github.com/ollama/ollama/blob/main/envconfig/config.go).
 * @throws BackendError when it is none of these: another address would be another Ollama
 */
export function ollamaBaseUrl(env: NodeJS.ProcessEnv): string {
  const told = env["OLLAMA_HOST"] ?? "";
  const text = told
    .trim()
    .replaceAll(/^["']+|["']+$/g, "")
    .trim();
  if (text === "") return `http://localhost:${OLLAMA_PORT}`;
  if (text === "ollama.com") return "https://ollama.com";
  const [, scheme = "http", rest = ""] = /^(?:([a-z]+):\/\/)?(.*)$/iu.exec(text) ?? [];
  const [hostport = "", ...path] = rest.split("/");
  const { host, port = text.includes("://") ? "" : OLLAMA_PORT } = splitHostPort(hostport);
  const url = URL.parse(`${scheme}://${CONNECTABLE[host] ?? host}:${port}/${path.join("/")}`);
  if (url !== null) return url.href.replace(/\/+$/, "");
  throw new BackendError(
    "backend-missing",
    `OLLAMA_HOST is "${told}", which is no address: set it to host:port, like 127.0.0.1:${OLLAMA_PORT}`,
  );
}

/** Addresses that mean every one of this machine: a server can listen there, a client cannot connect. */
const CONNECTABLE: Record<string, string> = { "": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]" };

/** An IPv6 address may have brackets; without them it has no port. A port that cannot be is none, as for Ollama. */
function splitHostPort(text: string): { host: string; port: string | undefined } {
  if (isIPv6(text)) return { host: `[${text}]`, port: undefined };
  const [, host = text, port = ""] = /^(\[[^\]]*\]|[^:]*):([^:]*)$/u.exec(text) ?? [];
  return { host, port: /^\d+$/u.test(port) && Number(port) <= 65_535 ? port : undefined };
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
