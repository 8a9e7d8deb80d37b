/** What `ollama` fills in where a name is silent (`types/model/name.go` in Ollama's source). */
const DEFAULT = { host: "registry.ollama.ai", namespace: "library", tag: "latest" };

/**
 * One spelling per model: `SmolLM2`, `library/smollm2` and `smollm2:latest` are one for an Ollama. A name is
 * `[[host/]namespace/]model[:tag]`, without regard to upper case.
 */
function canonicalName(name: string): string {
  const parts = name
    .toLowerCase()
    .replace(/^[a-z]+:\/\//u, "")
    .split("/");
  const [model = "", tag = DEFAULT.tag] = (parts.pop() ?? "").split(":");
  const [namespace = DEFAULT.namespace, host = DEFAULT.host] = parts.toReversed();
  return `${host}/${namespace}/${model}:${tag}`;
}

/** Whether an Ollama would take one for the other. */
export function sameModel(one: string, other: string): boolean {
  return canonicalName(one) === canonicalName(other);
}
