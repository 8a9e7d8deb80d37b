import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { startScripted } from "../scripted/server.ts";
import type { LiveModel } from "./options.ts";
import { runJob } from "./run-job.ts";
import type { Job } from "./select.ts";
import type { CaseResult } from "./types.ts";
import { liveWorld, type World } from "./world.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const signal = new AbortController().signal;

/** A live row that sends one prompt and expects words. */
function liveJob(words: string, expected: string): Job {
  const live: LiveModel = {
    name: "scripted",
    kind: "url",
    description: "x",
    provider: "openai",
    baseUrl: "",
  };
  const send = {
    mode: "stream" as const,
    request: { messages: [{ role: "user", content: words }] },
    expect: [{ "answer.text": expected }],
  };
  const spec = { id: "x.y", level: "MUST", kinds: ["any"], title: "t", spec: [], live: [send] };
  const suite = { suite: "x", title: "x", defaults: {}, cases: [] };
  const rest = { kind: "any", dialect: "openai", reported: "openai", mode: null, way: null, skip: null };
  return { suite, spec, live, ...rest } as unknown as Job;
}

async function run(
  job: Job,
  world: (live: World) => Promise<World> | World,
  baseUrl?: string,
): Promise<CaseResult> {
  const scripted = await startScripted({ flavour: "openai" });
  closing.push(() => scripted.close());
  const provider = "openai";
  const live = await liveWorld({ provider, baseUrl: baseUrl ?? `${scripted.url}/v1` }, "scripted", signal);
  const worldOf = async (): Promise<World> => world(live);
  return runJob(job, { worldOf, client: Promise.resolve(null) }, "scripted", signal);
}

/** Stands before a bridge and changes what it says. */
async function altering(world: World, change: (text: string) => string): Promise<World> {
  const server: Server = createServer((incoming, outgoing) => {
    const pass = async (): Promise<void> => {
      const parts: Buffer[] = [];
      for await (const part of incoming) parts.push(part as Buffer);
      const headers = Object.entries(incoming.headers).filter(
        ([name]) => !/^(host|connection|content-length)$/.test(name),
      );
      const answer = await fetch(world.url + (incoming.url ?? ""), {
        method: "POST",
        headers: headers as [string, string][],
        body: Buffer.concat(parts),
      });
      outgoing.writeHead(answer.status, {
        "content-type": answer.headers.get("content-type") ?? "",
        "request-id": "req_1",
      });
      outgoing.end(change(await answer.text()));
    };
    pass().catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return { ...world, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("a live row that passes blames nobody", async () => {
  const result = await run(liveJob("[[text]]", "Hello, world from the script."), (world) => world);
  expect(result.findings).toEqual([]);
  expect(result).toMatchObject({ verdict: "pass", blame: null });
});

test("words that the model really said are the model's", async () => {
  const result = await run(liveJob("[[text]]", "Something else."), (world) => world);
  expect(result).toMatchObject({ verdict: "fail", blame: "model" });
  expect(result.findings[0]?.message).toMatch(/^model: the front says what the model said/);
  expect(result.findings[0]?.evidence).toMatch(/front: 200[^]*back: 200/);
});

test.each([
  [
    "other words",
    (text: string) => text.replace("Hello", "Hullo"),
    /does not say what the model server said/,
  ],
  [
    "an end that is missing",
    (text: string) => text.replace(/event: message_stop[^]*$/, ""),
    /although the model server's answer was whole/,
  ],
])("%s before a good model are the bridge's", async (_what, change, why) => {
  const result = await run(liveJob("[[text]]", "Hello, world from the script."), (world) =>
    altering(world, change),
  );
  expect(result).toMatchObject({ verdict: "fail", blame: "bridge" });
  expect(result.findings[0]?.message).toMatch(why);
});

test("a model server that is not there is the environment's", async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const result = await run(liveJob("[[text]]", "Hello."), (world) => world, `http://127.0.0.1:${port}/v1`);
  expect(result).toMatchObject({ verdict: "fail", blame: "environment" });
});

test("a world that cannot be made is the harness's", async () => {
  const result = await run(liveJob("[[text]]", "Hello."), (world) => {
    closing.push(() => world.close());
    throw new Error("no room");
  });
  expect(result).toMatchObject({ verdict: "harness-error", blame: "harness", reason: "Error: no room" });
});
