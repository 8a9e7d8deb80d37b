import { rfc3339 } from "../clock.ts";

interface Entry {
  expiresAt: bigint;
  numCtx: number;
}

/** Which models the server claims to hold in memory. */
export interface Loaded {
  /** Loads, or reloads with another context. True when the model was not there as asked. */
  load(name: string, numCtx: number, keepAliveSeconds: number | undefined, now: bigint): boolean;
  unload(name: string): void;
  list(now: bigint): { name: string; numCtx: number; expiresAt: string }[];
  clear(): void;
}

const FIVE_MINUTES = 300;
/** What a negative keep_alive comes to: the year 2319. */
const FOR_EVER = BigInt(Date.UTC(2319, 0, 1)) * 1_000_000n;

export function createLoaded(): Loaded {
  const entries = new Map<string, Entry>();
  return {
    load(name, numCtx, keepAliveSeconds, now) {
      const seconds = keepAliveSeconds ?? FIVE_MINUTES;
      const before = entries.get(name);
      const fresh = before === undefined || before.numCtx !== numCtx || before.expiresAt <= now;
      const expiresAt = seconds < 0 ? FOR_EVER : now + BigInt(Math.round(seconds * 1000)) * 1_000_000n;
      entries.set(name, { expiresAt, numCtx });
      return fresh;
    },
    unload: (name) => void entries.delete(name),
    list(now) {
      const alive = [...entries].filter(([, entry]) => entry.expiresAt > now);
      return alive.map(([name, { numCtx, expiresAt }]) => ({ name, numCtx, expiresAt: rfc3339(expiresAt) }));
    },
    clear: () => entries.clear(),
  };
}
