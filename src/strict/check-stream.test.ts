import { readdirSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkStream, type StreamOptions } from "./check-stream.ts";
import type { Finding } from "./finding.ts";

const FIXTURES = new URL("../../fixtures/strict/", import.meta.url);
const CANARY = "canary-7f3a";
const OPTIONS: StreamOptions = {
  status: 200,
  contentType: "text/event-stream; charset=utf-8",
  scripted: true,
  canaries: [CANARY],
};
const RULES = Array.from({ length: 16 }, (_, n) => `SC${n + 1}`);

const names = (folder: string): string[] => readdirSync(new URL(folder, FIXTURES)).sort();
const read = (name: string): Uint8Array => readFileSync(new URL(name, FIXTURES));
const rules = (findings: Finding[]): string[] => [...new Set(findings.map(({ rule }) => rule))];
const ruleOf = (name: string): string => name.slice(0, name.indexOf("-"));

describe("a bad stream is flagged by the rule it breaks, and by no other", () => {
  test.each(names("bad/"))("%s", (name) => {
    expect(rules(checkStream(read(`bad/${name}`), OPTIONS))).toEqual([ruleOf(name)]);
  });

  test("every rule has one", () => {
    expect(new Set(names("bad/").map(ruleOf))).toEqual(new Set(RULES));
  });
});

describe("a legal stream passes, however odd", () => {
  test.each(names("good/"))("%s", (name) => {
    expect(checkStream(read(`good/${name}`), OPTIONS)).toEqual([]);
  });

  test("there are at least 15", () => {
    expect(names("good/").length).toBeGreaterThanOrEqual(15);
  });
});

describe("findings", () => {
  test.each(names("bad/"))("%s: the evidence is a short piece of the stream, at its offset", (name) => {
    const bytes = read(`bad/${name}`);
    for (const { evidence, offset, severity, message } of checkStream(bytes, OPTIONS)) {
      expect(evidence.length).toBeLessThanOrEqual(500);
      expect(severity).toBe("error");
      expect(message).not.toBe("");
      if (offset === undefined) continue;
      const there = new TextDecoder().decode(bytes.subarray(offset));
      expect(there.startsWith(evidence.replace("[canary]", CANARY).replace(/…$/, ""))).toBe(true);
    }
  });

  test("name the frame, in bytes and not in characters", () => {
    const before = ": 日本\n\n";
    const bytes = new TextEncoder().encode(`${before}data: {"type":"ping"}\n\n`);
    const [finding] = checkStream(bytes);
    expect(finding).toEqual({
      rule: "SC1",
      message: "a frame without an event name",
      evidence: 'data: {"type":"ping"}\n',
      severity: "error",
      offset: new TextEncoder().encode(before).length,
    });
  });

  test("never hold the canary", () => {
    const [finding] = checkStream(read("bad/SC16-canary.sse"), OPTIONS);
    expect(finding?.evidence).toContain("[canary]");
    expect(finding?.evidence).not.toContain(CANARY);
  });

  test("of one rule are at most five", () => {
    const bytes = new TextEncoder().encode("data: {}\n\n".repeat(50));
    expect(checkStream(bytes).filter(({ rule }) => rule === "SC1")).toHaveLength(5);
  });
});

describe("options", () => {
  const good = read("good/text.sse");

  test.each<[name: string, options: StreamOptions, rule: string]>([
    ["a status other than 200", { status: 500 }, "SC1"],
    ["JSON", { contentType: "application/json" }, "SC1"],
    ["no content type", { contentType: null }, "SC1"],
    ["a type that only begins like it", { contentType: "text/event-streaming" }, "SC1"],
    ["a body that does not end", { eof: false }, "SC3"],
  ])("%s", (_name, options, rule) => {
    expect(rules(checkStream(good, { ...OPTIONS, ...options }))).toEqual([rule]);
  });

  test("words of the back side are no fault in live text, a canary is", () => {
    for (const name of names("bad/").filter(
      (name) => ruleOf(name) === "SC16" && name !== "SC16-canary.sse",
    )) {
      expect(checkStream(read(`bad/${name}`), { ...OPTIONS, scripted: false })).toEqual([]);
    }
    expect(rules(checkStream(read("bad/SC16-canary.sse"), { canaries: [CANARY] }))).toEqual(["SC16"]);
  });

  test("overlap is only a warning for a server that is not ours", () => {
    const findings = checkStream(read("bad/SC6-closed-together.sse"), { ...OPTIONS, foreign: true });
    expect(findings).toMatchObject([{ rule: "SC6", severity: "warning" }]);
  });
});

test("a page instead of a stream is told from an empty one", () => {
  const page = new TextEncoder().encode("<html>\n<body>Bad gateway</body>\n</html>\n");
  expect(rules(checkStream(page))).toEqual(["SC1", "SC3"]);
});

test("bytes that are anything never throw, and a good stream with a byte changed neither", () => {
  const good = read("good/thinking-text-and-two-calls.sse");
  const changed = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => good.with(at, byte));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), changed), (bytes) => {
      expect(Array.isArray(checkStream(bytes, OPTIONS))).toBe(true);
    }),
  );
});

test("a stream cut anywhere before its end is never good", () => {
  const good = read("good/thinking-text-and-two-calls.sse");
  for (let length = 0; length < good.length; length++) {
    expect(checkStream(good.subarray(0, length)), `cut after ${length} bytes`).not.toEqual([]);
  }
});

test("odd types do not throw", () => {
  for (const text of [
    "event: message_start\ndata: null\n\n",
    'event: x\ndata: {"type":5}\n\n',
    "\0\0",
    "data",
  ]) {
    expect(checkStream(new TextEncoder().encode(text)).length).toBeGreaterThan(0);
  }
});
