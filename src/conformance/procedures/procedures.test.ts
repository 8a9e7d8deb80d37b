import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Finding } from "../../strict/finding.ts";
import type { AnswerItem } from "../case.ts";
import type { Exchange } from "../exchange.ts";
import type { Send } from "../send.ts";
import type { World } from "../world.ts";
import { held } from "./held.ts";
import { leaves } from "./leaves.ts";
import type { ProcedureContext } from "./procedure.ts";
import { sweep } from "./sweep.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const FINDING: Finding = { rule: "x", message: "wrong", evidence: "", severity: "error" };

function sendOf(name: string, answer: AnswerItem[]): Send {
  return {
    name,
    mode: "stream",
    split: "line",
    method: "POST",
    path: "/v1/messages",
    headers: [],
    request: {},
    body: null,
    answers: [answer],
    says: null,
    expect: [],
  };
}

type Judge = (send: Send) => Finding[];

/** A context whose sends go nowhere: `together` and `alone` say what is found, `sent` what went out alone. */
function contextOf(sends: Send[], together: Judge, alone: Judge, world: Partial<World> = {}) {
  const sent: string[] = [];
  const result = (findings: Finding[], send: Send) => ({
    exchange: { send, text: "" } as unknown as Exchange,
    findings,
  });
  const context = {
    world: { dialect: "ollama", scripted: null, signal: new AbortController().signal, ...world },
    sends,
    sendTogether: (many: readonly Send[]) => Promise.resolve(many.map((one) => result(together(one), one))),
    send: (one: Send) => {
      sent.push(`${one.name} ${one.split}`);
      return Promise.resolve(result(alone(one), one));
    },
  } as unknown as ProcedureContext;
  return { context, sent };
}

describe("sweep", () => {
  const bytes = sendOf("bytes", [{ raw: "12345" }]);
  const other = sendOf("other", [{ raw: "12345" }]);

  test("sends the named ones once per offset, the others once", async () => {
    const seen: string[] = [];
    const note: Judge = ({ name, split }) => {
      seen.push(`${name} ${split}`);
      return [];
    };
    const { context, sent } = contextOf([bytes, other], note, () => []);
    expect(await sweep.run(context, { offsets: ["bytes"] })).toEqual([]);
    expect(seen).toEqual(["bytes at:1", "bytes at:2", "bytes at:3", "bytes at:4", "other line"]);
    expect(sent).toEqual([]);
  });

  test("names the cut at fault by sending the batch again one by one", async () => {
    const { context, sent } = contextOf(
      [bytes],
      () => [FINDING],
      ({ split }) => (split === "at:3" ? [FINDING, FINDING, FINDING, FINDING] : []),
    );
    expect(await sweep.run(context, { offsets: ["bytes"] })).toHaveLength(3);
    expect(sent).toEqual(["bytes at:1", "bytes at:2", "bytes at:3"]);
  });
});

/** A target that answers with these deltas and, if told so, leaves the stream open. */
async function target(deltas: string[], open: boolean): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const text of deltas) {
      const data = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } };
      response.write(`event: content_block_delta\ndata: ${JSON.stringify(data)}\n\n`);
    }
    if (!open) response.end();
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("held", () => {
  const hold = async (deltas: string[], seen: string[], open: boolean): Promise<Finding[]> => {
    const url = await target(deltas, open);
    const { context } = contextOf(
      [sendOf("one", [])],
      () => [],
      () => [],
      { url, model: null },
    );
    return held.run(context, { pieces: ["ab"], seen });
  };

  test("is content when what is due came, though the answer goes on", async () => {
    expect(await hold(["a", "b"], ["ab"], true)).toEqual([]);
  });

  test("judges the sends that are not to be held as ever", async () => {
    const { context, sent } = contextOf(
      [sendOf("plain", [])],
      () => [],
      () => [FINDING],
    );
    expect(await held.run(context, { of: ["other"], pieces: ["ab"] })).toEqual([FINDING]);
    expect(sent).toEqual(["plain line"]);
  });

  test.each([
    ["too little", ["a"]],
    ["too much", ["abc"]],
  ])("finds %s", async (_name, deltas) => {
    const found = await hold(deltas, ["ab"], false);
    expect(found.map(({ message }) => message)).toEqual([
      `after 1 of 1 pieces the client has "${deltas.join("")}", not "ab"`,
    ]);
  });
});

describe("leaves", () => {
  const endless = sendOf("endless", [{ text: "a" }, { end: "stall" }]);
  const worldOf = (closedBy: "peer" | null): Partial<World> => ({
    scripted: { requests: [{ closedBy }] } as unknown as NonNullable<World["scripted"]>,
  });

  test("is content when the endless upstream was left, or there was none", async () => {
    const left = contextOf(
      [endless],
      () => [],
      () => [],
      worldOf("peer"),
    );
    expect(await leaves.run(left.context, null)).toEqual([]);
    const finite = contextOf(
      [sendOf("finite", [{ text: "a" }])],
      () => [],
      () => [],
      worldOf(null),
    );
    expect(await leaves.run(finite.context, null)).toEqual([]);
  });

  test("finds an upstream that is still read, and hands on what a send found", async () => {
    const { context } = contextOf(
      [endless],
      () => [],
      () => [FINDING],
      worldOf(null),
    );
    const found = await leaves.run(context, { patienceMs: 30 });
    expect(found.map(({ rule }) => rule)).toEqual(["x", "leaves"]);
  });
});
