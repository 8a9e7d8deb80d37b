import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, request } from "undici";

export interface MeasureTask {
  /** Many short answers, or one long one. */
  what: "first-byte" | "deltas";
  url: string;
  /** The request's JSON; model, length and streaming are set here. */
  body: string;
  headers: Record<string, string>;
}

/** Milliseconds: the median time to the first byte of an answer's body, or that of the whole long answer. */
export type Measurement = number;

export interface WorldReady {
  url: string;
  shape: { deltas: number; deltasPerWrite: number };
}

const DELTAS = 20_000;
const DELTAS_PER_WRITE = 8;
const FIRST_BYTE_REQUESTS = 20;
const agent = new Agent({ bodyTimeout: 0, headersTimeout: 0 });

function openAiDelta(n: number): string {
  const delta = { content: ` word${n % 100}` };
  const head = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "bench" };
  return `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
}

function ollamaDelta(n: number): string {
  const message = { role: "assistant", content: ` word${n % 100}` };
  return `${JSON.stringify({ model: "bench", created_at: "2026-01-01T00:00:00Z", message, done: false })}\n`;
}

const DIALECTS: Record<string, { type: string; delta(n: number): string; end: string }> = {
  "/v1/chat/completions": {
    type: "text/event-stream",
    delta: openAiDelta,
    end: `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
  },
  "/api/chat": {
    type: "application/x-ndjson",
    delta: ollamaDelta,
    end: `{"model":"bench","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}\n`,
  },
};

/** Sends as many deltas as the prompt's `max_tokens` asks for, as fast as they are taken. */
async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const chunk of incoming) body += String(chunk);
  const dialect = DIALECTS[incoming.url ?? ""];
  if (dialect === undefined) return void response.writeHead(404).end();
  const asked = JSON.parse(body) as { max_tokens?: number; options?: { num_predict?: number } };
  const deltas = asked.max_tokens ?? asked.options?.num_predict ?? 1;
  response.writeHead(200, { "content-type": dialect.type });
  for (let sent = 0; sent < deltas; sent += DELTAS_PER_WRITE) {
    let text = "";
    for (let n = sent; n < Math.min(deltas, sent + DELTAS_PER_WRITE); n++) text += dialect.delta(n);
    if (!response.write(text)) await new Promise((resolve) => response.once("drain", resolve));
  }
  response.end(dialect.end);
}

function bodyOf({ body }: MeasureTask, max_tokens: number): string {
  const request = JSON.parse(body) as object;
  return JSON.stringify({ ...request, model: "bench", max_tokens, stream: true });
}

/** Reads an answer to its end. Times are milliseconds since the request was sent. */
async function read(
  { url, headers }: MeasureTask,
  body: string,
): Promise<{ firstByteMs: number; totalMs: number }> {
  const began = performance.now();
  const answer = await request(url, { method: "POST", body, headers, dispatcher: agent });
  let firstByteMs = 0;
  for await (const _ of answer.body) firstByteMs ||= performance.now() - began;
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode} from ${url}`);
  return { firstByteMs, totalMs: performance.now() - began };
}

async function measure(task: MeasureTask): Promise<Measurement> {
  if (task.what === "deltas") return (await read(task, bodyOf(task, DELTAS))).totalMs;
  const body = bodyOf(task, 1);
  const times: number[] = [];
  for (let n = 0; n < FIRST_BYTE_REQUESTS; n++) times.push((await read(task, body)).firstByteMs);
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

const server = createServer((incoming, response) => void serve(incoming, response));
server.listen(0, "127.0.0.1", () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ready: WorldReady = { url, shape: { deltas: DELTAS, deltasPerWrite: DELTAS_PER_WRITE } };
  process.send?.(ready);
});
process.on("message", (task: MeasureTask) => {
  void measure(task).then((measurement) => process.send?.(measurement));
});
