/** Version of the form; another prefix is another server's ciphertext. */
const PREFIX = "cbs1.";

/**
 * The `encrypted_content` of our own search results: nothing is secret in it, it carries the excerpt
 * through the client's history, so that the model can read it again in later turns.
 */
export function packSnippet(text: string): string {
  return PREFIX + Buffer.from(text).toString("base64url");
}

/** The excerpt in one of our own; undefined for what another server made. */
export function unpackSnippet(packed: unknown): string | undefined {
  if (typeof packed !== "string" || !packed.startsWith(PREFIX)) return undefined;
  const payload = packed.slice(PREFIX.length);
  const bytes = Buffer.from(payload, "base64url");
  return bytes.toString("base64url") === payload ? bytes.toString() : undefined;
}
