import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, request } from "undici";

export interface MeasureTask {
  url: string;
}

export interface Measurement {
  deltasPerSecond: number;
  /** From sending a request to the first byte of its body; median over `FIRST_BYTE_REQUESTS`. */
  firstByteMs: number;
}

export interface WorldReady {
  url: string;
  shape: { deltas: number; deltasPerWrite: number };
}

const DELTAS = 40_000;
const DELTAS_PER_WRITE = 8;
const FIRST_BYTE_REQUESTS = 40;
const BODY = (max_tokens: number): string =>
  JSON.stringify({
    model: "bench",
    max_tokens,
    stream: true,
    messages: [{ role: "user", content: "hello" }],
  });

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

/** Reads an answer to its end. Times are milliseconds since the request was sent. */
async function read(url: string, maxTokens: number): Promise<{ firstByteMs: number; totalMs: number }> {
  const began = performance.now();
  const { statusCode, body } = await request(url, {
    method: "POST",
    body: BODY(maxTokens),
    dispatcher: agent,
  });
  let firstByteMs = 0;
  for await (const _ of body) firstByteMs ||= performance.now() - began;
  if (statusCode !== 200) throw new Error(`status ${statusCode} from ${url}`);
  return { firstByteMs, totalMs: performance.now() - began };
}

async function measure({ url }: MeasureTask): Promise<Measurement> {
  const firsts: number[] = [];
  for (let n = 0; n < FIRST_BYTE_REQUESTS; n++) firsts.push((await read(url, 1)).firstByteMs);
  const { totalMs } = await read(url, DELTAS);
  firsts.sort((a, b) => a - b);
  return {
    deltasPerSecond: (DELTAS / totalMs) * 1000,
    firstByteMs: firsts[Math.floor(firsts.length / 2)] ?? Number.NaN,
  };
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
