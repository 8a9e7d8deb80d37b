import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { ScriptedOptions, ScriptedServer } from "./options.ts";
import { modelScript, thought, toolCall, words } from "./pieces.ts";
import { startScripted } from "./server.ts";

const servers: ScriptedServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const server = await startScripted(options);
  servers.push(server);
  return server;
}

function ask(server: ScriptedServer, path: string, content: string, more: object = {}): Promise<Response> {
  const body = JSON.stringify({ model: "scripted", messages: [{ role: "user", content }], ...more });
  return fetch(server.url + path, { method: "POST", body });
}

const BASH = {
  type: "function",
  function: { name: "Bash", description: "", parameters: { type: "object" } },
};

test("a session moves on by the markers in its history", async () => {
  const server = await start({
    scripts: [
      modelScript(
        "[[begin]]",
        thought("Look first."),
        words("I look. "),
        toolCall("Bash", { command: "echo '[[next]]'" }),
      ),
      modelScript("[[next]]", words("Done.")),
    ],
  });
  const first = await (await ask(server, "/api/chat", "[[begin]]", { stream: false, tools: [BASH] })).json();
  expect(first).toMatchObject({
    message: {
      content: "I look. ",
      thinking: "Look first.\n",
      tool_calls: [{ function: { name: "Bash", arguments: { command: "echo '[[next]]'" } } }],
    },
  });
  const { message } = first as { message: object };
  const messages = [{ role: "user", content: "[[begin]]" }, message, { role: "tool", content: "[[next]]" }];
  const second = await (
    await ask(server, "/api/chat", "", { stream: false, tools: [BASH], messages })
  ).json();
  expect(second).toMatchObject({ message: { content: "Done." }, done_reason: "stop" });
});

test("the question of the first walk is answered in Japanese", async () => {
  const answer = await ask(await start(), "/v1/chat/completions", "日本の首都はどこですか");
  expect(await answer.text()).toContain("東京");
});

test("a prompt without a marker has an answer too", async () => {
  const answer = await ask(await start(), "/v1/chat/completions", "hello");
  expect(await answer.json()).toMatchObject({ choices: [{ finish_reason: "stop" }] });
});

test("not a byte leaves before the first token", async () => {
  const server = await start({ delayMs: 40 });
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  const body = JSON.stringify({ model: "scripted", messages: [{ role: "user", content: "[[text]]" }] });
  socket.write(`POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const [first] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  expect(String(first)).toContain('"content":"Hello"');
});

test("an endless answer stops when the client leaves", async () => {
  const server = await start({ scripts: [{ marker: "[[forever]]", pieces: ["a ", "b "], loop: 0 }] });
  const gone = new AbortController();
  const body = JSON.stringify({ model: "scripted", messages: [{ role: "user", content: "[[forever]]" }] });
  const answer = await fetch(`${server.url}/api/chat`, { method: "POST", body, signal: gone.signal });
  await answer.body?.getReader().read();
  gone.abort();
  await expect.poll(() => server.requests[0]?.closedBy).toBe("peer");
});

test("deterministic servers answer alike", async () => {
  const texts = [];
  for (let i = 0; i < 2; i += 1) {
    const server = await start({ deterministic: true });
    texts.push(await (await ask(server, "/api/chat", "[[tool1]]", { tools: [BASH] })).text());
  }
  expect(texts[0]).toBe(texts[1]);
  expect(texts[0]).toContain("call_");
});

test("a derived model has the context it was created with", async () => {
  const server = await start();
  const create = { model: "small", from: "scripted", parameters: { num_ctx: 512 }, stream: false };
  await fetch(`${server.url}/api/create`, { method: "POST", body: JSON.stringify(create) });
  const long = { model: "small", truncate: false, stream: false };
  const answer = await ask(server, "/api/chat", `[[text]] ${"x".repeat(600)}`, long);
  expect(answer.status).toBe(400);
  expect(await answer.text()).toMatch(/exceeds the available context size \(512 tokens\)/u);
});

test("a mode that is not known is refused at the start", async () => {
  await expect(startScripted({ mode: "other" as never })).rejects.toThrow(/mode not built yet/u);
});

test("closing twice is closing once", async () => {
  const server = await start();
  await Promise.all([server.close(), server.close()]);
  await expect(fetch(server.url)).rejects.toThrow(/fetch failed/u);
});

test("a queued model script is played whatever the prompt, once", async () => {
  const server = await start();
  server.enqueue({ marker: "[[unused]]", pieces: ["Queued", "."] });
  const said = async (): Promise<unknown> => {
    const answer = await ask(server, "/api/chat", "[[text]]", { stream: false });
    return ((await answer.json()) as { message: { content: string } }).message.content;
  };
  expect([await said(), await said()]).toEqual(["Queued.", "Hello, world from the script."]);
});
