import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseHttpCapture } from "../../wire/http1.ts";
import { answerContext, call, countingIds, end, summarise, tell, text } from "../answers.test.support.ts";
import { createStreamTranslator } from "../stream.ts";
import { decoder } from "../../upstream/decoder.ts";
import type { UpstreamDelta } from "../../upstream/delta.ts";
import { lostPart, mostTokens } from "./lost.ts";

test.each<[title: string, counted: number | undefined, most: number, calls: number, lost: string | null]>([
  ["an empty answer", 1, 0, 0, null],
  ["a call that vanished", 5, 0, 0, "all"],
  ["a call that came", 9, 0, 1, null],
  ["no count", undefined, 0, 0, null],
  ["all of a text", 9, 8, 0, null],
  ["a text before a call that vanished", 8, 2, 0, "some"],
])("%s", (_title, counted, most, calls, lost) => {
  const context = answerContext({ dialect: "ollama", reasoning: "hidden" });
  expect(lostPart({ counted, most, calls }, context)).toBe(lost);
});

test.each([
  ["", 0],
  ["word", 1],
  ["😀", 3],
  [" é", 2],
])("a piece %j is at most so many tokens: %i", (piece, tokens) => {
  expect(mostTokens(piece)).toBe(tokens);
});

test("a thinking model that thought nothing lost nothing", () => {
  expect(lostPart({ counted: 6, most: 0, calls: 0 }, answerContext())).toBeNull();
  expect(lostPart({ counted: 60, most: 0, calls: 0 }, answerContext())).toBe("all");
});

test("without tools nothing is missed", () => {
  expect(lostPart({ counted: 60, most: 0, calls: 0 }, answerContext({ tools: [] }))).toBeNull();
});

describe("an answer", () => {
  const usage = (completionTokens: number): UpstreamDelta => ({ kind: "usage", usage: { completionTokens } });

  test("of which nothing came is an error", () => {
    expect(tell([usage(50), ...end("stop")]).lines).toEqual([
      expect.stringMatching(/^error api_error: .*counted 50 tokens .* delivered none/),
    ]);
  });

  test("of which a forbidden call was dropped is not lost", () => {
    const answer = tell([call({ name: "look", arguments: "{}", whole: true }), usage(50), ...end("stop")], {
      toolChoice: "none",
    });
    expect(answer.lines).toEqual(["stop end_turn"]);
    expect(answer.translator.notes).toContain("call-dropped");
  });

  test("cut by its limit, or with a call, is none", () => {
    expect(tell([usage(50), ...end("length")]).lines).toEqual(["stop max_tokens"]);
    const called = call({ name: "Bash", arguments: "{}", whole: true });
    expect(tell([called, usage(50), ...end("stop")]).lines).toContain("stop tool_use");
  });

  test("of which text came has a note", () => {
    const { lines, translator } = tell([text("Try:"), usage(20), ...end("stop")], { dialect: "ollama" });
    expect(lines).toEqual(["text Try:", "stop end_turn"]);
    expect(translator.notes).toContain("answer-partly-lost");
  });
});

describe("what a real Ollama sent", () => {
  const WIRE = new URL("../../../fixtures/wire/", import.meta.url);
  /** Captures of `/api/chat` streams in which the engine lost something. */
  const LOST = /^chat-go-(?:broken|brokentrail|argsarr|unknowntool|noargs)\b|^chat-parser-qwen3-quote\b/;
  const isStream = (file: string): boolean =>
    readFileSync(new URL(file, WIRE), "latin1").includes("application/x-ndjson");
  const files = readdirSync(WIRE).filter(
    (name) => /^chat-(?:go|jinja|parser)-.*\.response\.http$/.test(name) && isStream(name),
  );

  function told(file: string): { lines: string[]; notes: string[] } {
    const { body, status } = parseHttpCapture(readFileSync(new URL(file, WIRE)));
    if (status !== 200) return { lines: [], notes: [] };
    const tools = [{ name: "Bash", schema: {} }];
    const context = answerContext({ dialect: "ollama", reasoning: "hidden", salvage: false, tools });
    const translator = createStreamTranslator(context, countingIds());
    const decode = decoder("ollama");
    const deltas = [...decode.push(body), ...decode.end()];
    const events = [...translator.push(deltas), ...translator.end()];
    return { lines: summarise(events), notes: [...translator.notes] };
  }

  test("is missed where it lost a call, and nowhere else", () => {
    const missed = files.filter((file) => {
      const { lines, notes } = told(file);
      return notes.includes("answer-partly-lost") || lines.some((line) => line.includes("delivered none"));
    });
    expect(files.length).toBeGreaterThan(50);
    expect(missed.filter((file) => !LOST.test(file))).toEqual([]);
    expect(missed).toContain("chat-go-broken.response.http");
    expect(missed).toContain("chat-go-brokentrail.response.http");
    expect(missed).toContain("chat-go-argsarr.response.http");
    expect(missed).toContain("chat-go-unknowntool.response.http");
  });
});
