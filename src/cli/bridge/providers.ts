import { defaultBaseUrl, type Provider } from "../../backends/base-url.ts";
import { CliError, usageError } from "../exit.ts";
import { didYouMean } from "../hint.ts";
import type { BridgeArguments } from "./arguments.ts";

const PROVIDERS: readonly Provider[] = ["ollama", "openai"];

/** Where the model is and what opens it. */
export interface Upstream {
  provider: Provider;
  baseUrl: string;
  apiKey?: string;
}

function providerNamed(name: string): Provider {
  const provider = PROVIDERS.find((known) => known === name);
  if (provider !== undefined) return provider;
  if (name === "anthropic") throw usageError('provider "anthropic" is not there yet: use ollama or openai');
  throw usageError(
    `unknown provider "${name}"${didYouMean(name, [...PROVIDERS, "serve"])} (known: ${PROVIDERS.join(", ")})`,
  );
}

/** The key on the command line, else the one that the provider's own tools read. */
function keyOf(provider: Provider, args: BridgeArguments, env: NodeJS.ProcessEnv): string | undefined {
  return args.apiKey ?? (provider === "openai" ? env["OPENAI_API_KEY"] : env["OLLAMA_API_KEY"]);
}

/** @throws CliError */
export function upstreamOf(name: string, args: BridgeArguments, env: NodeJS.ProcessEnv): Upstream {
  const provider = providerNamed(name);
  const baseUrl = args.baseUrl ?? defaultBaseUrl(provider, env);
  if (URL.parse(baseUrl) === null) throw usageError(`--base-url: "${baseUrl}" is not a URL`);
  const apiKey = keyOf(provider, args, env) ?? "";
  if (provider === "openai" && args.baseUrl === undefined && apiKey === "")
    throw new CliError("api-key-missing", 3, `${baseUrl} needs a key: set OPENAI_API_KEY or give --api-key`);
  return apiKey === "" ? { provider, baseUrl } : { provider, baseUrl, apiKey };
}

/** One line per provider, for people. */
export function providerLines(env: NodeJS.ProcessEnv): string[] {
  return PROVIDERS.map((provider) => `  ${provider.padEnd(8)}${defaultBaseUrl(provider, env)}`);
}
