import type { Answer } from "../../messages/types.ts";
import {
  chunk,
  sse,
  startEvents,
  startFakeUpstream,
  type FakeUpstream,
} from "../../testing/fake-upstream.ts";
import { type FakeWeb, type FakeWebAnswer, ONE_HIT, startFakeWeb } from "../../testing/fake-web.ts";
import { createBridgeWith } from "../bridge.ts";
import type { Bridge, BridgeOptions } from "../options.ts";

/** What the model says to one request: a text, calls after a text, or bytes. */
export type Said = string | Calls | { raw: string };
type Calls = [name: string, input: object][];

/** A chat request as it reached the model. */
export interface SentChat {
  messages: { role: string; content: string; tool_call_id?: string; tool_calls?: { id: string }[] }[];
  tools?: unknown[];
  tool_choice?: unknown;
  max_tokens: number;
}

export const SEARCH: object = { type: "web_search_20250305", name: "web_search" };
export const FETCH: object = { type: "web_fetch_20250910", name: "web_fetch" };
export const LOOK: { name: string; input_schema: object } = {
  name: "look",
  input_schema: { type: "object" },
};

/** A bridge between a model that follows a script and a web of one server, all on loopback. */
export class Stage implements AsyncDisposable {
  readonly upstream: FakeUpstream;
  readonly web: FakeWeb;
  /** Request by request; afterwards `The end.` */
  script: Said[] = [];
  /** What the web answers; at first one hit. */
  served: FakeWebAnswer = { body: ONE_HIT };
  bridge: Bridge | null = null;

  private constructor(upstream: FakeUpstream, web: FakeWeb) {
    this.upstream = upstream;
    this.web = web;
  }

  static async start(): Promise<Stage> {
    const web = await startFakeWeb(() => stage.served);
    const upstream = await startFakeUpstream((request) => {
      const said = stage.script.shift() ?? "The end.";
      startEvents(request).end(typeof said === "object" && "raw" in said ? said.raw : spoken(said));
    });
    const stage = new Stage(upstream, web);
    return stage;
  }

  /** Searches and reads pages on the one server, unless told otherwise. */
  open(options: Partial<BridgeOptions> = {}): void {
    this.bridge = createBridgeWith(
      {
        provider: "openai",
        baseUrl: `${this.upstream.url}/v1`,
        model: "m",
        web: { search: { kind: "searxng", url: this.web.url }, fetch: true },
        ...options,
      },
      { addressRule: (address) => address === "127.0.0.1" },
    );
  }

  async post(fields: object, signal: AbortSignal | null = null): Promise<Response> {
    if (this.bridge === null) throw new Error("open the bridge first");
    const messages = [{ role: "user", content: "Find it." }];
    const body = JSON.stringify({ model: "m", max_tokens: 1000, messages, ...fields });
    return this.bridge.fetch(new Request("http://bridge/v1/messages", { method: "POST", body, signal }));
  }

  async ask(fields: object): Promise<Answer> {
    const response = await this.post(fields);
    if (response.status !== 200) throw new Error(await response.text());
    return (await response.json()) as Answer;
  }

  sent(n: number): SentChat {
    return JSON.parse(this.upstream.chats()[n]?.body ?? "{}") as SentChat;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bridge?.close();
    await this.upstream.close();
    await this.web[Symbol.asyncDispose]();
  }
}

function spoken(said: string | Calls): string {
  const usage = { choices: [], usage: { prompt_tokens: 10, completion_tokens: 3 } };
  if (typeof said === "string") return sse(chunk({ content: said }), chunk({}, "stop"), usage, "[DONE]");
  const tool_calls = said.map(([name, input], index) => ({
    index,
    id: `call_${index}`,
    type: "function",
    function: { name, arguments: JSON.stringify(input) },
  }));
  return sse(chunk({ content: "Wait. " }), chunk({ tool_calls }), chunk({}, "tool_calls"), usage, "[DONE]");
}

export const typesOf = ({ content }: Answer): string[] => content.map(({ type }) => type);

/** The error codes of the results, in order; `none` for a page. */
export const errorsOf = ({ content }: Answer): string[] =>
  content.flatMap((block) =>
    "content" in block && !Array.isArray(block.content)
      ? [(block.content as { error_code?: string }).error_code ?? "none"]
      : [],
  );
