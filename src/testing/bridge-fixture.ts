import { createBridge } from "../bridge/bridge.ts";
import type { Bridge, BridgeOptions } from "../bridge/options.ts";
import { startFakeUpstream, type FakeRequest, type FakeUpstream } from "./fake-upstream.ts";

export interface BridgeFixture extends AsyncDisposable {
  upstream: FakeUpstream;
  bridge: Bridge;
  /** Of the listening bridge. */
  url: string;
  /** `POST /v1/messages` over the socket. */
  post(body?: object, init?: RequestInit): Promise<Response>;
}

/** The smallest valid request. */
export const REQUEST: { model: string; max_tokens: number; messages: { role: string; content: string }[] } = {
  model: "m",
  max_tokens: 100,
  messages: [{ role: "user", content: "hi" }],
};

/** A listening bridge before a fake upstream, both on loopback; OpenAI's dialect unless said otherwise. */
export async function startBridge(
  answer: (request: FakeRequest) => unknown,
  options: Partial<BridgeOptions> = {},
  side?: (request: FakeRequest) => unknown,
): Promise<BridgeFixture> {
  const upstream = await startFakeUpstream(answer, side);
  const provider = options.provider ?? "openai";
  const baseUrl = provider === "openai" ? `${upstream.url}/v1` : upstream.url;
  const bridge = createBridge({ provider, baseUrl, model: "m", ...options });
  const { url } = await bridge.listen();
  return {
    upstream,
    bridge,
    url,
    post: (body = REQUEST, init = {}) =>
      fetch(`${url}/v1/messages`, { method: "POST", body: JSON.stringify(body), ...init }),
    async [Symbol.asyncDispose]() {
      await bridge.close();
      await upstream.close();
    },
  };
}

/** The `event:` names and data of a whole event stream. */
export function readEvents(text: string): { event: string; data: Record<string, unknown> }[] {
  return text
    .split("\n\n")
    .filter((frame) => frame.startsWith("event: "))
    .map((frame) => {
      const [, event = "", data = "null"] = /^event: (.*)\ndata: (.*)$/s.exec(frame) ?? [];
      return { event, data: JSON.parse(data) as Record<string, unknown> };
    });
}

export function eventNames(text: string): string[] {
  return readEvents(text).map(({ event }) => event);
}
