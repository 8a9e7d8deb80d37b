import { HttpRequestInterceptor } from "@mswjs/interceptors/http";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { http, HttpResponse } from "msw";
import { defineNetwork, InterceptorSource, type NetworkApi } from "msw/experimental";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fakeClaude } from "../../testing/fake-claude.ts";
import { bridgeMain } from "../bridge-main.ts";

const ORIGIN = "https://openrouter.ai";
const KEY = "sk-or-v1-0123456789abcdef0123456789abcdef";

interface Seen {
  path: string;
  authorization: string | null;
  body: Record<string, unknown>;
}

const CHUNKS = [
  { choices: [{ index: 0, delta: { role: "assistant", content: "Hello " }, finish_reason: null }] },
  { choices: [{ index: 0, delta: { content: "from afar" }, finish_reason: null }] },
  { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  { choices: [], usage: { prompt_tokens: 11, completion_tokens: 3 } },
];

/** In Claude Code's place: asks the bridge once and writes the answer down. */
const ASK = `
  const headers = { authorization: "Bearer " + process.env.ANTHROPIC_AUTH_TOKEN, "content-type": "application/json", "anthropic-version": "2023-06-01" };
  const body = JSON.stringify({ model: "gpt-4o", max_tokens: 64, stream: true, messages: [{ role: "user", content: "hi" }] });
  fetch(process.env.ANTHROPIC_BASE_URL + "/v1/messages?beta=true", { method: "POST", headers, body })
    .then(async (answer) => writeFileSync(__dirname + "/answer.txt", await answer.text()));`;

let folder: string;
let seen: Seen[];
let network: NetworkApi<never[]>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "openrouter-"));
  seen = [];
  const chat = http.all(`${ORIGIN}/*`, async ({ request }) => {
    const { pathname } = new URL(request.url);
    const text = await request.text();
    seen.push({
      path: `${request.method} ${pathname}`,
      authorization: request.headers.get("authorization"),
      body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
    });
    if (pathname !== "/api/v1/chat/completions") return new HttpResponse("{}", { status: 404 });
    const frames = CHUNKS.map(
      (chunk) => `data: ${JSON.stringify({ id: "gen-1", model: "gpt-4o", ...chunk })}\n\n`,
    );
    return new HttpResponse([...frames, "data: [DONE]\n\n"].join(""), {
      headers: { "content-type": "text/event-stream" },
    });
  });
  network = defineNetwork({
    sources: [new InterceptorSource({ interceptors: [new HttpRequestInterceptor()] })],
    context: { quiet: true },
    handlers: [chat],
  });
  network.enable();
});

afterEach(() => {
  network.disable();
  rmSync(folder, { recursive: true });
  process.exitCode = 0;
});

test("a model behind OpenRouter is asked with the key, streamed, with usage; the key stays with the bridge", async () => {
  const claude = fakeClaude(folder, ASK, "leave");
  const logs = join(folder, "logs");
  const words = `openai gpt-4o --baseURL ${ORIGIN}/api/v1 --apiKey ${KEY} --claude-binary ${claude.path}`;
  await bridgeMain([...words.split(" "), "--debug", "--log-dir", logs, "-p", "hi"]);
  expect(process.exitCode).toBe(0);

  const chats = seen.filter(({ path }) => path.endsWith("/chat/completions"));
  expect(chats).toEqual([
    {
      path: "POST /api/v1/chat/completions",
      authorization: `Bearer ${KEY}`,
      body: expect.objectContaining({
        model: "gpt-4o",
        stream: true,
        stream_options: { include_usage: true },
      }),
    },
  ]);
  const answer = readFileSync(join(folder, "answer.txt"), "utf8");
  expect(answer).toContain('"text":"from afar"');
  expect(answer).toContain('"input_tokens":11');

  const logged = readdirSync(logs).map((name) => readFileSync(join(logs, name), "utf8"));
  expect(logged.join("")).toContain("/v1/messages");
  for (const text of [...logged, answer, JSON.stringify(claude.report())]) expect(text).not.toContain(KEY);
});
