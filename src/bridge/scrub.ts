/** Takes out of a text what no client, log or report may see. */
export type Scrub = (text: string) => string;

/** Upstreams quote keys in full or in part; these shapes are never shown, whoever wrote them. */
const KEY_SHAPES = /\b(?:sk-[\w*.-]{6,}|Bearer\s+[\w.~+/*-]{6,}=*)/g;

/** A scrubber that knows this bridge's secrets: keys, tokens and the upstream's address. */
export function createScrub(secrets: (string | null)[]): Scrub {
  const known = secrets
    .filter((secret) => secret !== null && secret.length >= 4)
    .sort((a, b) => (b?.length ?? 0) - (a?.length ?? 0)) as string[];
  return (text) => {
    let clean = text;
    for (const secret of known) clean = clean.replaceAll(secret, "[redacted]");
    return clean.replace(KEY_SHAPES, "[redacted]");
  };
}
