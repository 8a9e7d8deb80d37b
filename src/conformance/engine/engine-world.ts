import { exactJsonOf } from "../json.ts";
import { tapBefore } from "../back-hop.ts";
import { stringifyJson } from "../../wire/json.ts";
import type { BridgeSettings } from "../case.ts";
import type { EngineWay } from "../options.ts";
import { isRecord, listOf } from "../path.ts";
import { webOf, type World } from "../world.ts";
import { sayingOf } from "./saying.ts";

/** An engine that loads the model is silent, and the bridge says so by then. */
const LOADING_MS = 60_000;

/** Tokens. */
const ROOM = 4096;

/**
 * Bridge, tap, real engine. On the way out, behind what the tap keeps, a chat request gets the marker of what
 * is to be said, and the name that the model has there: what is judged is what the bridge has sent.
 */
export async function engineWorld(
  way: EngineWay,
  settings: BridgeSettings,
  signal: AbortSignal,
): Promise<World> {
  const { createBridgeWith } = await import("../../bridge/bridge.ts");
  let markers: string[] = [];
  let unlimited = false;
  /** The last one counts for all that follows: a request that is refused is sent again. */
  const next = (): string => (markers.length > 1 ? markers.shift() : markers[0]) ?? "";
  const { back, baseUrl } = await tapBefore(way.baseUrl, (body) =>
    withMarker(body, { model: way.model, marker: next, unlimited }),
  );
  const { web: wanted, ...rest } = settings;
  const web = await webOf(wanted);
  const bridge = createBridgeWith(
    {
      provider: way.provider,
      baseUrl,
      model: "scripted",
      graceMs: LOADING_MS,
      ...(rest as object),
      ...web?.options,
    },
    web?.means ?? {},
  );
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
      markers = "scripts" in saying ? saying.scripts.map(({ marker }) => marker) : [];
      // The model spells what several scripts say letter by letter: an answer that is not about its limit needs room.
      unlimited = send.says === null;
    },
    close: async () => {
      await bridge.close();
      await back.close();
      await web?.close();
    },
    ...(web !== null && { web: web.url }),
  };
}

interface Wanted {
  /** Its name on the engine. */
  model: string;
  /** Of the next request. */
  marker: () => string;
  /** The answer is not about its limit. */
  unlimited: boolean;
}

/** Bodies that are no JSON object pass as they are; numbers of any size survive. */
export function withMarker(body: Uint8Array, { model, marker, unlimited }: Wanted): Uint8Array {
  if (body.length === 0) return body;
  const json = exactJsonOf(new TextDecoder().decode(body));
  if (!isRecord(json) || !("model" in json)) return body;
  const messages = listOf(json["messages"]);
  const last = messages.at(-1);
  const marked = isRecord(last)
    ? { messages: [...messages.slice(0, -1), { ...last, content: markedContent(last["content"], marker()) }] }
    : {};
  return new TextEncoder().encode(
    stringifyJson({ ...json, ...(unlimited ? withRoom(json) : {}), model, ...marked }),
  );
}

function withRoom(json: Record<string, unknown>): Record<string, unknown> {
  const options = json["options"];
  const own = ["max_tokens", "max_completion_tokens"].filter((key) => key in json);
  return {
    ...Object.fromEntries(own.map((key) => [key, ROOM])),
    ...(isRecord(options) && "num_predict" in options && { options: { ...options, num_predict: ROOM } }),
  };
}

function markedContent(content: unknown, marker: string): unknown {
  if (Array.isArray(content)) return [...(content as unknown[]), { type: "text", text: marker }];
  return typeof content === "string" ? `${content}${marker}` : marker;
}
