import { expect, test } from "vitest";
import type { UpstreamDelta } from "../../upstream/delta.ts";
import { bash, call, end, tell, text } from "../answers.test.support.ts";

/** Would not end in the test's time if anything were done again for each piece of what came before. */
const PIECES = 60_000;

test("a very long call in very small pieces", () => {
  const pieces = Array.from({ length: PIECES }, (_, n): UpstreamDelta =>
    call({ index: 0, id: "a", name: "Bash", arguments: `line ${n}\\n` }),
  );
  const { lines, events } = tell([bash('{"command":"'), ...pieces, bash('"}'), ...end("tool_calls")]);
  expect(lines[0]?.length).toBeGreaterThan(PIECES * 10);
  expect(lines[1]).toBe("stop tool_use");
  expect(events.length).toBeGreaterThan(PIECES);
});

test("a very long text with stop sequences that never come", () => {
  const pieces = Array.from({ length: PIECES }, () => text("<a <b "));
  const { lines } = tell([...pieces, ...end("stop")], { stopSequences: ["</a>", "<a <a"] });
  expect(lines[0]).toBe(`text ${"<a <b ".repeat(PIECES)}`);
});

test("a call that waits behind a very long one", () => {
  const waiting = Array.from({ length: PIECES }, (): UpstreamDelta => call({ index: 1, arguments: "x" }));
  const first = bash('{"command":"');
  const { lines } = tell([
    first,
    call({ index: 1, id: "b", name: "Bash", arguments: '{"command":"' }),
    ...waiting,
    call({ index: 1, arguments: '"}' }),
    bash('"}'),
    ...end("stop"),
  ]);
  expect(lines.map((line) => line.length)).toEqual([
    'call a Bash {"command":""}'.length,
    'call b Bash {"command":""}'.length + PIECES,
    "stop tool_use".length,
  ]);
});
