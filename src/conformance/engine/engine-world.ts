import { startTap } from "../../replay/tap.ts";
import { parseJson, stringifyJson } from "../../wire/json.ts";
import type { BridgeSettings } from "../case.ts";
import type { EngineWay } from "../options.ts";
import { isRecord, listOf } from "../path.ts";
import type { World } from "../world.ts";
import { sayingOf } from "./saying.ts";

/**
 * Bridge, tap, real engine. On the way out, behind what the tap keeps, a chat request gets the marker of what
 * is to be said, and the name that the model has there: what is judged is what the bridge has sent.
 */
export async function engineWorld(
  way: EngineWay,
  settings: BridgeSettings,
  signal: AbortSignal,
): Promise<World> {
  const { createBridge } = await import("../../bridge/bridge.ts");
  const { origin, pathname } = new URL(way.baseUrl);
  let marker = "";
  const back = await startTap({
    upstream: new URL(origin),
    hop: "back",
    rewrite: (body) => withMarker(body, way.model, marker),
  });
  const bridge = createBridge({
    provider: way.provider,
    baseUrl: `${back.url}${pathname.replace(/\/+$/, "")}`,
    model: "scripted",
    ...(settings as object),
  });
  const { url } = await bridge.listen();
  return {
    url,
    dialect: way.provider,
    scripted: null,
    foreign: false,
    model: null,
    back,
    signal,
    speak: (send) => {
      const saying = sayingOf(send, way);
      marker = "script" in saying ? saying.script.marker : "";
    },
    close: async () => {
      await bridge.close();
      await back.close();
    },
  };
}

/** Bodies that are no JSON object pass as they are; numbers of any size survive. */
export function withMarker(body: Uint8Array, model: string, marker: string): Uint8Array {
  if (body.length === 0) return body;
  const json = parsed(new TextDecoder().decode(body));
  if (!isRecord(json) || !("model" in json)) return body;
  const messages = listOf(json["messages"]);
  const last = messages.at(-1);
  const marked = isRecord(last)
    ? { messages: [...messages.slice(0, -1), { ...last, content: markedContent(last["content"], marker) }] }
    : {};
  return new TextEncoder().encode(stringifyJson({ ...json, model, ...marked }));
}

function markedContent(content: unknown, marker: string): unknown {
  if (Array.isArray(content)) return [...(content as unknown[]), { type: "text", text: marker }];
  return typeof content === "string" ? `${content}${marker}` : marker;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
