/** Keys of model providers and of search services: the bridge holds the one it needs, the client and its shell need none. */
const PROVIDER_KEYS: ReadonlySet<string> = new Set([
  "AI_GATEWAY_API_KEY",
  "AZURE_OPENAI_API_KEY",
  "BRAVE_API_KEY",
  "CEREBRAS_API_KEY",
  "COHERE_API_KEY",
  "DASHSCOPE_API_KEY",
  "DEEPSEEK_API_KEY",
  "FIREWORKS_API_KEY",
  "GEMINI_API_KEY",
  "GOOGLE_API_KEY",
  "GOOGLE_GENERATIVE_AI_API_KEY",
  "GROQ_API_KEY",
  "HF_TOKEN",
  "HUGGINGFACE_API_KEY",
  "HUGGING_FACE_HUB_TOKEN",
  "LITELLM_API_KEY",
  "MISTRAL_API_KEY",
  "MOONSHOT_API_KEY",
  "NVIDIA_API_KEY",
  "OLLAMA_API_KEY",
  "OPENAI_API_KEY",
  "OPENROUTER_API_KEY",
  "PERPLEXITY_API_KEY",
  "TOGETHER_API_KEY",
  "XAI_API_KEY",
  "ZAI_API_KEY",
]);

/**
 * Variables that send the client to another server, account or model, or tell it that it runs
 * inside another session. The others (`CLAUDE_CODE_MAX_RETRIES`, …) are the user's own wishes.
 */
const ELSEWHERE: readonly RegExp[] = [
  /^ANTHROPIC_/,
  /^CLAUDECODE$/,
  /^CLAUDE_CODE_.*(URL|TOKEN|API_KEY|HOST|PROXY|SOCKET|PORT|ENTRYPOINT|FILE_DESCRIPTOR|_MODEL)$/,
  /^CLAUDE_CODE_USE_(?!NATIVE_FILE_SEARCH$|POWERSHELL_TOOL$)/,
  /^CLAUDE_CODE_SKIP_\w+_AUTH$/,
  /^CLAUDE_CODE_(\w+_)?OAUTH_/,
  /^CLAUDE_CODE_(API_KEY|GATEWAY|HOST|REMOTE|SESSION|SDK|BRIDGE|CCR|PROVIDER|PROXY|RELAUNCH|RESUME)_/,
  /^CLAUDE_CODE_(REMOTE|CHILD_SESSION|SPAWNED_BY_SERVER|ORGANIZATION_UUID|ACCOUNT_UUID|USER_EMAIL)$/,
];

/** Whether a variable would send the client to another server, account or model. */
export function pointsElsewhere(name: string): boolean {
  return ELSEWHERE.some((pattern) => pattern.test(name));
}

/** What the client is told; see `clientVariables`. */
export interface ClientTarget {
  /** The bridge, without `/v1`. */
  baseUrl: string;
  /** The credential that the bridge asks for. */
  token: string;
  model: string;
  /** Set only when the user has not: what the model needs, see `profileOf`. */
  defaults?: Record<string, string>;
}

/** Half an hour: a local model may read a long prompt for many minutes before its first token. */
const PATIENCE_MS = "1800000";

/**
 * Variables that aim the client at a bridge (https://code.claude.com/docs/en/llm-gateway).
 * `CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST` makes it ignore the provider variables that the user's
 * settings files hold, which otherwise win over the environment. `ANTHROPIC_DEFAULT_FABLE_MODEL` is left
 * out: it makes the client tell the model that it is that one.
 */
function clientVariables(target: ClientTarget): Record<string, string> {
  const { model } = target;
  return {
    ANTHROPIC_BASE_URL: target.baseUrl,
    ANTHROPIC_AUTH_TOKEN: target.token,
    ANTHROPIC_MODEL: model,
    ANTHROPIC_SMALL_FAST_MODEL: model,
    ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
    ANTHROPIC_DEFAULT_SONNET_MODEL: model,
    ANTHROPIC_DEFAULT_OPUS_MODEL: model,
    CLAUDE_CODE_SUBAGENT_MODEL: model,
    CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: "1",
    CLAUDE_CODE_ATTRIBUTION_HEADER: "0",
  };
}

/** Set only when the user has not. */
const DEFAULTS: Record<string, string> = {
  API_TIMEOUT_MS: PATIENCE_MS,
  CLAUDE_STREAM_IDLE_TIMEOUT_MS: PATIENCE_MS,
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  ENABLE_TOOL_SEARCH: "false",
};

const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

/** The bridge is on this machine: a proxy must not be asked for it. */
function withoutProxy(inherited: string | undefined): string {
  const listed = (inherited ?? "").split(",").filter((host) => host !== "");
  return [...new Set([...listed, ...LOOPBACK])].join(",");
}

/** Characters. A shorter key, such as `dummy`, is no secret, and other variables may well hold it. */
const SECRET_LENGTH = 12;

export interface CleanEnvironment {
  env: Record<string, string>;
  /** Names of inherited variables that the child does not see, or sees with another value; sorted. */
  removed: string[];
}

/**
 * The environment of a client that talks to a bridge and to nothing else. Everything that is not
 * about a model provider (HOME, PATH, the user's tools) stays.
 * @param secrets values that no variable of the child may hold, e.g. the upstream's key
 */
export function cleanEnvironment(
  inherited: NodeJS.ProcessEnv,
  target: ClientTarget,
  secrets: readonly string[] = [],
): CleanEnvironment {
  const variables = clientVariables(target);
  const hidden = new Set(secrets.filter(({ length }) => length >= SECRET_LENGTH));
  const env: Record<string, string> = {};
  const removed: string[] = [];
  for (const [name, value] of Object.entries(inherited)) {
    if (value === undefined) continue;
    const elsewhere = pointsElsewhere(name);
    const replaced = name in variables && variables[name] !== value;
    if (elsewhere || replaced || PROVIDER_KEYS.has(name) || hidden.has(value)) removed.push(name);
    else env[name] = value;
  }
  const noProxy = withoutProxy(inherited["NO_PROXY"] ?? inherited["no_proxy"]);
  return {
    env: { ...DEFAULTS, ...target.defaults, ...env, ...variables, NO_PROXY: noProxy, no_proxy: noProxy },
    removed: removed.toSorted(),
  };
}
