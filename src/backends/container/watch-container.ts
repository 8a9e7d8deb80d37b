import type { EngineClient } from "./engine-client.ts";
import { LABEL } from "./labels.ts";

/** How a container, or the engine under it, ended. */
export type Ending = { what: "container"; exitCode: number; outOfMemory: boolean } | { what: "engine" };

export interface Watch {
  /** Resolves when it ended, and never when it was closed before. */
  ended: Promise<Ending>;
  close(): void;
}

interface Event {
  Action?: string;
  Actor?: { Attributes?: Record<string, string> };
}

/**
 * Watches the container of a run, also before it is made. The engine's events are the only word on an exit
 * code once the container has gone, and the end of their stream is the first sign that the engine died.
 */
export function watchContainer(engine: EngineClient, run: string): Watch {
  const stop = new AbortController();
  const filters = encodeURIComponent(
    JSON.stringify({ type: ["container"], label: [`${LABEL.run}=${run}`], event: ["die", "oom"] }),
  );
  const ended = new Promise<Ending>((resolve) => {
    const listen = async (): Promise<void> => {
      let outOfMemory = false;
      for await (const line of engine.lines(`/events?filters=${filters}`, { signal: stop.signal })) {
        const { Action, Actor } = line as Event;
        if (Action === "oom") outOfMemory = true;
        if (Action === "die")
          return resolve({
            what: "container",
            exitCode: Number(Actor?.Attributes?.["exitCode"]),
            outOfMemory,
          });
      }
      throw new Error("the engine ended its events");
    };
    listen().catch(() => {
      if (!stop.signal.aborted) resolve({ what: "engine" });
    });
  });
  return { ended, close: () => stop.abort() };
}
