import { expect, test } from "vitest";
import { REQUEST, startBridge } from "../testing/bridge-fixture.ts";
import { chunk, sse, startEvents, type FakeRequest } from "../testing/fake-upstream.ts";
import type { Logger } from "./log.ts";

const ANSWERS: [name: string, answer: (request: FakeRequest) => unknown][] = [
  ["refuses", ({ response }) => response.writeHead(400).end('{"error":{"message":"bad: NEEDLE"}}')],
  ["says nonsense", (request) => startEvents(request).end("data: NEEDLE\n\n")],
  [
    "says nonsense later",
    (request) => startEvents(request).end(`${sse(chunk({ content: "NEEDLE" }))}data: NEEDLE\n\n`),
  ],
  [
    "fails later",
    (request) => startEvents(request).end(sse(chunk({ content: "a" }), { error: { message: "NEEDLE" } })),
  ],
];

test.each(ANSWERS)(
  "an upstream that %s: what it said is told to the client, and logged for --debug only",
  async (_name, answer) => {
    const entries: Record<"debug" | "other", string[]> = { debug: [], other: [] };
    const log =
      (level: "debug" | "other") =>
      (entry: object, message: string): void => {
        entries[level].push(`${message} ${JSON.stringify(entry)}`);
      };
    const logger: Logger = {
      debug: log("debug"),
      info: log("other"),
      warn: log("other"),
      error: log("other"),
    };
    await using fixture = await startBridge(answer, { log: logger });
    expect(await (await fixture.post({ ...REQUEST, stream: true })).text()).toContain("NEEDLE");
    expect(entries.other.join("\n")).toMatch(
      /"type":"(?:api|invalid_request)_error","message":"the model server/,
    );
    expect(entries.other.join("\n")).not.toContain("NEEDLE");
    expect(entries.debug.join("\n")).toContain("NEEDLE");
  },
);
