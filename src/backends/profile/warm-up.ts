import { ask, type Reply, type Server } from "./ask.ts";
import { trialBody } from "./trials.ts";

/** A large model may have to be read from a slow disk. */
const WARM_UP_MS = 600_000;

/** Where a chat request goes. */
export function chatPath({ provider }: Pick<Server, "provider">): string {
  return provider === "ollama" ? "/api/chat" : "/chat/completions";
}

/**
 * Has a server load the model, with one token; null: it did not answer.
 * @param context tokens of its window, as it will be used: another one would load the model anew
 * @throws what the signal was aborted with
 */
export function warmUp(server: Server, model: string, context: number | null): Promise<Reply | null> {
  const body = trialBody("warm-up", server.provider, model, context);
  return ask(server, { path: chatPath(server), body, timeoutMs: WARM_UP_MS });
}
