import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** One request that reached the fake, in the order of arrival. */
export interface FakeRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Resolves when the connection is closed by the other side or the answer is complete. */
  closed: Promise<void>;
  response: ServerResponse;
  socket: Socket;
}

export interface FakeUpstream {
  url: string;
  requests: FakeRequest[];
  /** Only the requests for an answer, without probes and lists. */
  chats(): FakeRequest[];
  close(): Promise<void>;
}

/** A model server on a real socket that does whatever `answer` does; probes and lists get `side`, a 404. */
export async function startFakeUpstream(
  answer: (request: FakeRequest) => unknown,
  side: (request: FakeRequest) => unknown = notFound,
): Promise<FakeUpstream> {
  const requests: FakeRequest[] = [];
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on("error", () => undefined);
    const closed = new Promise<void>((resolve) => response.once("close", resolve));
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request: FakeRequest = {
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
      closed,
      response,
      socket: incoming.socket,
    };
    requests.push(request);
    await (isChat(request) ? answer(request) : side(request));
  };
  const server = createServer((incoming, response) => void serve(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    chats: () => requests.filter(isChat),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function notFound({ response }: FakeRequest): void {
  response.writeHead(404, { "content-type": "text/plain" }).end("404 page not found");
}

function isChat(request: FakeRequest): boolean {
  return request.path.endsWith("/chat/completions") || request.path.endsWith("/api/chat");
}

/** Server-sent events of the OpenAI dialect. */
export function sse(...data: (object | string)[]): string {
  return data.map((item) => `data: ${typeof item === "string" ? item : JSON.stringify(item)}\n\n`).join("");
}

export function chunk(delta: object, finish: string | null = null): object {
  return { id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] };
}

/** A whole, well-ended OpenAI stream of one text. */
export function textStream(text: string): string {
  return sse(chunk({ role: "assistant", content: text }), chunk({}, "stop"), "[DONE]");
}

/** The same in Ollama's dialect. */
export function ollamaText(text: string): string {
  const end = { done: true, done_reason: "stop", prompt_eval_count: 7, eval_count: 2 };
  return ollamaLine(text) + ollamaLine("", end);
}

export function ollamaLine(content: string, extra: object = { done: false }): string {
  const message = { role: "assistant", content };
  return `${JSON.stringify({ model: "m", created_at: "2026-01-01T00:00:00Z", message, ...extra })}\n`;
}

export function startEvents(request: FakeRequest): ServerResponse {
  return request.response.writeHead(200, { "content-type": "text/event-stream" });
}
