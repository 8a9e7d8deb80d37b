import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { bodyOf, runOnTarget, type Target } from "../../testing/run-on-target.ts";

interface Faults {
  /** What is counted after the first two counts is the last request's. */
  mixed?: boolean;
  /** The running answer ends when something is counted. */
  disturbed?: boolean;
}

/** Counts characters; an answer, once begun, goes on. */
function counter(faults: Faults): Target {
  let running: ServerResponse | undefined;
  let counted = 0;
  return async (request, response) => {
    const text = await bodyOf(request);
    if (!(request.url ?? "").includes("count_tokens")) {
      running = response.writeHead(200, { "content-type": "text/event-stream" });
      return running.write("event: ping\ndata: {}\n\n");
    }
    counted++;
    if (faults.disturbed === true) running?.end();
    const length = faults.mixed === true && counted > 2 ? 1 : text.length;
    return response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ input_tokens: length }));
  };
}

test.each<[string, Faults, string[]]>([
  ["right", {}, []],
  ["mixed up", { mixed: true }, Array<string>(3).fill("input_tokens is 1, and")],
  ["disturbing", { disturbed: true }, ["the answer that was running is over"]],
])("counts beside an answer that are %s", async (_name, faults, found) => {
  const count = { path: "/v1/messages/count_tokens", expect: [{ status: 200 }] };
  const messages = await runOnTarget(counter(faults), {
    procedure: { beside: { running: "running", count: 3, at: "input_tokens" } },
    sends: [
      { name: "running", mode: "stream" },
      { ...count, name: "a" },
      { ...count, name: "b", request: { system: "s" } },
    ],
  });
  expect(messages.map((message, index) => message.includes(found[index] ?? "nothing"))).toEqual(
    found.map(() => true),
  );
});
