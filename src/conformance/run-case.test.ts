import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { CaseSpec, SendSpec } from "./case.ts";
import { runCase, type CaseOutcome } from "./run-case.ts";
import type { World } from "./world.ts";

/** A target that answers its requests with these texts in turn. */
async function run(texts: string[], sends: SendSpec[]): Promise<CaseOutcome & { bodies: unknown[] }> {
  const bodies: unknown[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    bodies.push(await json(request));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(message(texts[bodies.length - 1] ?? "")));
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const world: World = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dialect: "openai",
    scripted: null,
    foreign: true,
    model: "served",
    signal: new AbortController().signal,
    close: () => Promise.resolve(),
  };
  const spec: CaseSpec = { id: "a.b", level: "MUST", kinds: ["wire"], title: "", spec: [], sends };
  const suite = { suite: "a", title: "", defaults: {}, cases: [spec] };
  try {
    return { ...(await runCase({ spec, suite, kind: "wire" }, world)), bodies };
  } finally {
    server.close();
  }
}

function message(text: string): unknown {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
}

test("an answer that depends on how the upstream's bytes are cut is a finding", async () => {
  const splits: SendSpec = { splits: ["line", "byte", "whole"] };
  expect((await run(["a", "a", "a"], [splits])).findings).toEqual([]);
  const { findings } = await run(["a", "a", "b"], [splits]);
  expect(findings).toMatchObject([
    {
      rule: "split-invariant",
      message: "[1, json, split whole] content depends on how the upstream's bytes are cut (line / whole)",
    },
  ]);
  expect(findings[0]?.evidence).toMatch(/^sent: POST \/v1\/messages \{"model":"served"/);
});

test("a send can say again what was answered, and name a fixture", async () => {
  const { bodies } = await run(
    ["first answer", "x"],
    [
      { name: "first" },
      {
        request: {
          messages: [{ role: "assistant", content: { $from: "first", at: "content" } }],
          x: { $file: "images/pixel.gif" },
        },
      },
    ],
  );
  expect(bodies[1]).toMatchObject({
    model: "served",
    messages: [{ role: "assistant", content: [{ type: "text", text: "first answer" }] }],
    x: expect.stringMatching(/^R0lGODlh/) as string,
  });
});

test("a success where a refusal was due, and the other way round", async () => {
  expect((await run(["a"], [{ expect: ["refused"] }])).findings).toMatchObject([{ rule: "refused" }]);
  expect((await run([""], [{}])).findings).toMatchObject([{ rule: "MC" }]);
});

test("a reference to a send that there is not is the harness's fault", async () => {
  await expect(run(["a"], [{ request: { x: { $from: "nothing" } } }])).rejects.toThrow(
    /no earlier send "nothing"/,
  );
});
