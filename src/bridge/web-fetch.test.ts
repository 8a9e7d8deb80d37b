import { expect, test } from "vitest";
import type { FrontRequest, Sink } from "./front.ts";
import { fetchOver } from "./web-fetch.ts";

const URL_ = "http://bridge/v1/x?y=1";

test("request and response are carried over", async () => {
  const seen: unknown[] = [];
  const handler = async (request: FrontRequest, sink: Sink): Promise<void> => {
    let body = "";
    for await (const bytes of request.body) body += Buffer.from(bytes).toString();
    seen.push(request.method, request.target, request.headers["x-a"], body);
    sink.head(201, { "x-b": "2" });
    sink.write("out");
    sink.end();
  };
  const response = await fetchOver(
    handler,
    new Request(URL_, { method: "POST", body: "in", headers: { "X-A": "1" } }),
  );
  expect(seen).toEqual(["POST", "/v1/x?y=1", "1", "in"]);
  expect([response.status, response.headers.get("x-b"), await response.text()]).toEqual([201, "2", "out"]);
});

test("a reader that does not read is noticed, one that leaves releases the writer", async () => {
  const writes: boolean[] = [];
  const ended = Promise.withResolvers<unknown>();
  const handler = async (request: FrontRequest, sink: Sink): Promise<void> => {
    sink.head(200, {});
    while (!request.signal.aborted) {
      const caughtUp = sink.write("x");
      writes.push(caughtUp);
      if (!caughtUp) await sink.drained();
    }
    ended.resolve(request.signal.reason);
  };
  const response = await fetchOver(handler, new Request(URL_));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(writes.length).toBeLessThan(5);
  expect(writes.at(-1)).toBe(false);
  await response.body?.cancel();
  expect(await ended.promise).toMatchObject({ name: "ClientGone" });
});

function waitForAbort({ signal }: FrontRequest): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });
}

function answerX(_request: FrontRequest, sink: Sink): Promise<void> {
  sink.head(200, {});
  sink.write("x");
  sink.end();
  return Promise.resolve();
}

test.each(["before", "during"])("an aborted request rejects (%s)", async (when) => {
  const abort = new AbortController();
  if (when === "before") abort.abort();
  const fetching = fetchOver(waitForAbort, new Request(URL_, { signal: abort.signal }));
  abort.abort();
  await expect(fetching).rejects.toThrow("the client closed the connection");
});

test("HEAD has no body", async () => {
  const response = await fetchOver(answerX, new Request(URL_, { method: "HEAD" }));
  expect(response.body).toBeNull();
});
