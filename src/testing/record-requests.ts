import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { request as undiciRequest } from "undici";
import { onTestFinished } from "vitest";
import type { Cassette } from "../cassette/types.ts";
import { recordSession, type RecordOptions } from "../replay/record.ts";
import { scratch } from "./cassettes.ts";

export const chunk = (delta: object, more: object = {}): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, ...more }] })}\n\n`;
/** An answer in OpenAI's dialect. */
export const TEXT: string = `${chunk({ role: "assistant", content: "Hel" })}${chunk({ content: "lo 日本" })}${chunk({}, { finish_reason: "stop" })}data: [DONE]\n\n`;

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer((incoming, answer) => {
    // It has no list of models.
    if (incoming.method === "GET") answer.writeHead(404).end();
    else listener(incoming, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

/** A session of plain requests. */
export interface Session {
  upstream: RequestListener;
  /** What the upstream speaks; by default `openai`. */
  provider?: RecordOptions["backend"]["provider"];
  /** Bodies the client sends, one after the other. */
  bodies: object[];
  /** Where it sends them; by default `/v1/messages?beta=true`. */
  path?: (body: object) => string;
  /** More headers of every request. */
  headers?: Record<string, string>;
  options?: Partial<RecordOptions>;
  /** What the client does with each answer; by default it reads it. */
  read?: (body: AsyncIterable<Buffer> & { dump(): Promise<void>; destroy(): void }) => Promise<void>;
}

export const turn = (text: string, more: object = {}): object => ({
  model: "m",
  max_tokens: 50,
  stream: true,
  messages: [{ role: "user", content: text }],
  ...more,
});

export async function recordRequests({
  upstream,
  provider = "openai",
  bodies,
  path = () => "/v1/messages?beta=true",
  headers,
  options,
  read,
}: Session): Promise<{ folder: string; cassette: Cassette }> {
  const folder = join(scratch(), "session");
  const recorded = await recordSession({
    folder,
    title: "a session",
    redact: "published",
    backend: {
      kind: "url",
      description: "fake",
      provider,
      baseUrl: await serve(upstream),
      model: "m",
    },
    bridge: { maxRetries: 1 },
    token: "a-token-of-the-session",
    client: { home: "/home/jane", cwd: "/home/jane/project", version: null, command: ["claude"] },
    generator: { name: "bridge-conformance", version: "0" },
    env: {},
    async run(baseUrl) {
      for (const body of bodies) {
        const answer = await undiciRequest(baseUrl + path(body), {
          method: "POST",
          headers: {
            "content-type": "application/json",
            "anthropic-version": "2023-06-01",
            authorization: "Bearer a-token-of-the-session",
            ...headers,
          },
          body: JSON.stringify(body),
        });
        if (read !== undefined) await read(answer.body);
        else await answer.body.text().catch(() => undefined);
      }
      return { exitCode: 0 };
    },
    ...options,
  });
  return { folder, cassette: recorded.cassette };
}

/** A short answer in Ollama's dialect. */
export const sayOnOllama: RequestListener = (incoming, answer) => {
  incoming.resume();
  const line = {
    model: "m",
    created_at: "2026-01-02T03:04:05.6Z",
    message: { role: "assistant", content: "Hi" },
  };
  answer.writeHead(200, { "content-type": "application/x-ndjson" });
  answer.end(
    `${JSON.stringify({ ...line, done: false })}\n${JSON.stringify({ ...line, message: { role: "assistant", content: "" }, done: true, done_reason: "stop" })}\n`,
  );
};

export const sayText: RequestListener = (incoming, answer) => {
  incoming.resume();
  answer.writeHead(200, { "content-type": "text/event-stream" });
  answer.write(TEXT.slice(0, 50));
  setTimeout(() => answer.end(TEXT.slice(50)), 10);
};
