import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { bodyOf, runOnTarget, type Target } from "../../testing/run-on-target.ts";

const USAGE = {
  input_tokens: 3,
  output_tokens: 2,
  cache_creation_input_tokens: null,
  cache_read_input_tokens: null,
};
const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "m",
  content: [{ type: "text", text: "one", citations: null }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: USAGE,
};

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

/** Asks the model server for a stream, and hands on what comes. */
async function ask(upstream: string, body: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${upstream}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "scripted", stream: true, messages: [{ role: "user", content: body }] }),
    ...(signal !== undefined && { signal }),
  });
}

function gone(response: ServerResponse): AbortSignal {
  const left = new AbortController();
  response.once("close", () => left.abort());
  return left.signal;
}

describe("encodings", () => {
  const run = (target: Target): Promise<string[]> =>
    runOnTarget(target, { procedure: "encodings", sends: [{ name: "a", mode: "json" }] });
  const of = (found: string[], way: string): string[] =>
    found.filter((message) => message.startsWith(`[a, ${way},`));

  test("a target that answers whatever comes is found out by what is wrong", async () => {
    const found = await run((request, response) => {
      request.resume();
      json(response, 200, MESSAGE);
    });
    for (const way of ["broken gzip", "an encoding that nobody knows", "a bomb", "longer than it says"])
      expect(of(found, way)).toHaveLength(1);
    for (const way of ["byte by byte", "in chunks of odd sizes", "gzip"]) expect(of(found, way)).toEqual([]);
  });

  test("a target that fails on packed bodies is found out by what is right", async () => {
    const found = await run(async (request, response) => {
      try {
        JSON.parse(await bodyOf(request));
        json(response, 200, MESSAGE);
      } catch {
        json(response, 500, { type: "error", error: { type: "api_error", message: "failed" } });
      }
    });
    for (const way of ["gzip", "zstd", "broken gzip"]) expect(of(found, way)).not.toEqual([]);
    expect(of(found, "byte by byte")).toEqual([]);
  });
});

describe("one-connection", () => {
  const run = (target: Target): Promise<string[]> =>
    runOnTarget(target, {
      procedure: { "one-connection": { rounds: 2 } },
      sends: ["one", "two"].map((name) => ({
        name,
        request: { messages: [{ role: "user", content: `say-${name}` }] },
        expect: [{ "answer.text": name }],
      })),
    });
  const answer = (text: string): object => ({
    ...MESSAGE,
    content: [{ type: "text", text, citations: null }],
  });
  const saying = async (request: IncomingMessage): Promise<object> =>
    answer((await bodyOf(request)).includes("say-one") ? "one" : "two");

  test("a target that keeps or closes the connection is right", async () => {
    expect(await run(async (request, response) => json(response, 200, await saying(request)))).toEqual([]);
    const closing: Target = async (request, response) => {
      response.setHeader("connection", "close");
      json(response, 200, await saying(request));
    };
    expect(await run(closing)).toEqual([]);
  });

  test("one that gives an answer twice is not", async () => {
    let first: object | undefined;
    const found = await run(async (request, response) => {
      first ??= await saying(request);
      json(response, 200, first);
    });
    expect(found).toEqual(['(in turn) [two, json] text is "one", not "two"']);
  });
});

describe("isolation", () => {
  test("a target that shares what the model said is found out", async () => {
    let shared = "";
    const found = await runOnTarget(
      async (request, response, upstream) => {
        const answer = await ask(upstream, await bodyOf(request));
        shared += await answer.text();
        response.writeHead(200, { "content-type": "text/event-stream" }).end(shared);
      },
      { procedure: { isolation: { count: 6 } }, sends: [{ mode: "stream" }] },
    );
    expect(found.some((message) => /has tok-\d-kot of another stream/.test(message))).toBe(true);
  });

  test("and one that ends a broken answer well", async () => {
    const found = await runOnTarget(
      async (request, response) => {
        await bodyOf(request);
        json(response, 200, MESSAGE);
      },
      { procedure: { isolation: { count: 6 } }, sends: [{ mode: "stream" }] },
    );
    expect(found).toContain("[stream 4] its upstream broke off, and it has no error");
  });
});

const ENDLESS = [{ text: "It goes on" }, { end: "stall" as const }];

describe("disconnects", () => {
  const run = (leaves: boolean): Promise<string[]> =>
    runOnTarget(
      async (request, response, upstream) => {
        const body = await bodyOf(request);
        const answer = await ask(upstream, body, leaves ? gone(response) : undefined).catch(() => null);
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(": hello\n\n");
        for await (const chunk of answer?.body ?? []) response.write(chunk);
      },
      {
        procedure: { disconnects: { rounds: 1, patienceMs: 200 } },
        answer: ENDLESS,
        sends: ["at the first bytes", "later", "half-closed"].map((name) => ({
          name,
          mode: "stream" as const,
        })),
      },
    );

  test("a target that leaves with its client is right", async () => {
    expect(await run(true)).toEqual([]);
  });

  test("one that stays is found out each time", async () => {
    const stays = "the client has left, but the model server is still being read";
    expect(await run(false)).toEqual([
      `[at the first bytes] ${stays}`,
      `[later] ${stays}`,
      `[half-closed] ${stays}`,
    ]);
  });
});

describe("slow-reader", () => {
  const run = (target: Target, pauseMs: number): Promise<string[]> =>
    runOnTarget(target, {
      procedure: { "slow-reader": { megabytes: 20, pauseMs } },
      sends: [{ name: "slow", mode: "stream" }],
    });

  test("a target that puts all aside is found out", async () => {
    const found = await run(async (request, response, upstream) => {
      const answer = await ask(upstream, await bodyOf(request));
      for await (const chunk of answer.body ?? []) response.write(chunk);
      response.end();
    }, 5_000);
    expect(found).toEqual(["[slow] the client reads nothing, and the target has read all 20 MB"]);
  });

  test("and one that loses the end", async () => {
    const found = await run(async (request, response, upstream) => {
      const answer = await ask(upstream, await bodyOf(request));
      const reader = answer.body?.getReader();
      const { value } = (await reader?.read()) ?? {};
      response.end(value);
      void reader?.cancel();
    }, 50);
    expect(found.some((message) => /^\[slow\] \d+ of 80 pieces have come$/.test(message))).toBe(true);
  });
});
