import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Agent, Dispatcher } from "undici";
import { NdjsonDecoder } from "../../wire/ndjson.ts";
import type { EngineAddress } from "./engine-address.ts";

/** An answer of the engine that says no. */
export class EngineRefusal extends Error {
  override readonly name = "EngineRefusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface AskOptions {
  method?: "GET" | "POST" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
  /** Longest wait for the whole answer, ms. By default 30,000. */
  timeoutMs?: number;
}

/** The few things that are asked of a container engine's API (https://docs.docker.com/reference/api/engine/). */
export interface EngineClient {
  readonly address: EngineAddress;
  /**
   * The answer's JSON; `undefined` when it has none.
   * @throws EngineRefusal on a status of 400 or more; what the connection throws
   */
  ask(path: string, options?: AskOptions): Promise<unknown>;
  /** The lines of an answer that goes on, each a JSON object. */
  lines(path: string, options: { method?: "POST"; signal: AbortSignal }): AsyncIterable<unknown>;
  /** The bytes of an answer, e.g. a log. */
  bytes(path: string): Promise<Buffer>;
  close(): Promise<void>;
}

/** Where undici has to connect. `http://engine` is a name for a socket that has none. */
function target(host: string): { origin: string; socketPath?: string } {
  const url = new URL(host);
  if (url.protocol === "unix:" || url.protocol === "npipe:")
    return { origin: "http://engine", socketPath: decodeURIComponent(url.pathname) };
  const secure = url.protocol === "https:" || process.env["DOCKER_TLS_VERIFY"] === "1";
  return { origin: `${secure ? "https" : "http"}://${url.host}` };
}

/** The client's certificate for a `tcp://` engine, where Docker's own command looks for it. */
function certificates(env: NodeJS.ProcessEnv): { ca: string; cert: string; key: string } | undefined {
  const folder = env["DOCKER_CERT_PATH"];
  if (folder === undefined || env["DOCKER_TLS_VERIFY"] !== "1") return undefined;
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

/** @throws TypeError when the address is no URL */
export async function engineClient(address: EngineAddress): Promise<EngineClient> {
  const undici = await import("undici");
  const { origin, socketPath } = target(address.host);
  const connect = { ...(socketPath !== undefined && { socketPath }), ...certificates(process.env) };
  const agent: Agent = new undici.Agent({ connect, bodyTimeout: 0, headersTimeout: 0 });
  const send = (
    path: string,
    { method = "GET", body, signal }: AskOptions,
  ): Promise<Dispatcher.ResponseData> =>
    agent.request({
      origin,
      path,
      method,
      ...(signal !== undefined && { signal }),
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
  const ask = async (path: string, options: AskOptions = {}): Promise<unknown> => {
    const limit = AbortSignal.timeout(options.timeoutMs ?? 30_000);
    const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
    const answer = await send(path, { ...options, signal });
    return parsed(answer.statusCode, await answer.body.text());
  };
  async function* lines(path: string, options: { method?: "POST"; signal: AbortSignal }): AsyncGenerator {
    const answer = await send(path, options);
    if (answer.statusCode >= 400) parsed(answer.statusCode, await answer.body.text());
    const decoder = new NdjsonDecoder();
    for await (const chunk of answer.body)
      for (const line of decoder.push(chunk as Uint8Array)) yield JSON.parse(line) as unknown;
  }
  return {
    address,
    ask,
    lines,
    bytes: async (path) => {
      const answer = await send(path, { signal: AbortSignal.timeout(10_000) });
      return Buffer.from(await answer.body.arrayBuffer());
    },
    close: () => agent.destroy(),
  };
}

function parsed(status: number, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (status < 400) return undefined;
  }
  if (status < 400) return value;
  const said = (value as { message?: unknown } | undefined)?.message;
  throw new EngineRefusal(status, typeof said === "string" ? said : text.slice(0, 200) || `status ${status}`);
}
