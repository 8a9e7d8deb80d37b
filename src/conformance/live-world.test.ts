import { afterEach, expect, test } from "vitest";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ModelProfile } from "../backends/profile/types.ts";
import type { ScriptedServer } from "../scripted/options.ts";
import { startScripted } from "../scripted/server.ts";
import type { Dialect } from "../upstream/delta.ts";
import type { CaseSpec } from "./case.ts";
import { expandSends, type Send } from "./send.ts";
import { liveWorld, performSend, performSends, type World } from "./world.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function live(dialect: Dialect, signal = new AbortController().signal): Promise<World> {
  const scripted: ScriptedServer = await startScripted({ flavour: dialect });
  closing.push(() => scripted.close());
  const baseUrl = dialect === "openai" ? `${scripted.url}/v1` : scripted.url;
  const world = await liveWorld({ provider: dialect, baseUrl }, "scripted", signal);
  closing.push(() => world.close());
  return world;
}

function sendOf(words: string): Send {
  const spec = { sends: [{ request: { messages: [{ role: "user", content: words }] } }] };
  const [send] = expandSends(spec as unknown as CaseSpec, {}, "openai");
  return send as Send;
}

const said = (bytes: readonly { bytes: Uint8Array }[]): string =>
  Buffer.concat(bytes.map((chunk) => chunk.bytes)).toString();

test.each(["ollama", "openai"] as const)(
  "a live exchange over %s has what it caused at its model server, as bytes",
  async (dialect) => {
    const world = await live(dialect);
    const exchange = await performSend(world, sendOf("[[text]]"), []);
    const chat = exchange.back?.filter(({ path }) => path.includes("chat")) ?? [];
    expect(chat).toHaveLength(1);
    expect(said(chat[0]?.response.chunks ?? [])).toContain("Hello");
    expect(exchange.upstream?.map(({ json }) => json)).toMatchObject([{ model: "scripted" }]);
    expect(exchange.response.status).toBe(200);
  },
);

test("of exchanges at one moment each has its own", async () => {
  const world = await live("openai");
  const both = await performSends(world, [sendOf("[[text]]"), sendOf("[[unicode]]")]);
  const asked = both.map(({ upstream }) => upstream?.map(({ body }) => /\[\[\w+\]\]/.exec(body)?.[0]));
  expect(asked).toEqual([["[[text]]"], ["[[unicode]]"]]);
});

test("a target that does not answer in time is an answer that broke off, with both hops as far as they go", async () => {
  const silent = createServer((_incoming, outgoing) => outgoing.writeHead(200).write("data: {"));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  closing.push(
    () => silent.close(),
    () => silent.closeAllConnections(),
  );
  const { port } = silent.address() as AddressInfo;
  const signal = AbortSignal.timeout(700);
  const world = await liveWorld({ provider: "openai", baseUrl: `http://127.0.0.1:${port}/v1` }, "m", signal);
  closing.push(() => world.close());
  const exchange = await performSend(world, sendOf("Hello"), []);
  expect(exchange.response).toMatchObject({ status: 0, end: { error: expect.stringMatching(/time/i) } });
  expect(exchange.back?.at(-1)?.response.status).toBe(200);
});

test("an Ollama is asked with the context that the profile says, not with another", async () => {
  const scripted = await startScripted();
  closing.push(() => scripted.close());
  const profile = { context: { limit: null, used: 5000, needed: 12_000 } } as ModelProfile;
  const live = { provider: "ollama" as const, baseUrl: scripted.url, profile };
  const world = await liveWorld(live, "scripted", new AbortController().signal);
  closing.push(() => world.close());
  const exchange = await performSend(world, sendOf("[[text]]"), []);
  expect(exchange.upstream?.map(({ json }) => json)).toMatchObject([{ options: { num_ctx: 5000 } }]);
});
