import { describe, expect, test } from "vitest";
import type { AnswerContext } from "../context.ts";
import { bash, end, reasoning, tell, testRows, text } from "../answers.test.support.ts";

const stops = (...stopSequences: string[]): Partial<AnswerContext> => ({ stopSequences });

describe("stop sequences", () => {
  testRows([
    [
      "within a delta",
      [text("a</x>b"), ...end("stop")],
      ["text a", "stop stop_sequence </x>"],
      stops("</x>"),
    ],
    [
      "over deltas",
      [text("a<"), text("/x"), text(">b"), ...end("stop")],
      ["text a", "stop stop_sequence </x>"],
      stops("</x>"),
    ],
    [
      "a false start",
      [text("a<"), text("/y>"), ...end("stop")],
      ["text a</y>", "stop end_turn"],
      stops("</x>"),
    ],
    ["a false start at the end", [text("a</"), ...end("stop")], ["text a</", "stop end_turn"], stops("</x>")],
    ["at the very start", [text("</x>b"), ...end("stop")], ["stop stop_sequence </x>"], stops("</x>")],
    [
      "overlapping",
      [text("aa"), text("ab"), ...end("stop")],
      ["text a", "stop stop_sequence aab"],
      stops("aab"),
    ],
    [
      "the one complete first",
      [text("abcd"), ...end("stop")],
      ["text a", "stop stop_sequence bc"],
      stops("abcd", "bc"),
    ],
    [
      "a false start before thinking",
      [text("a<"), reasoning("r"), text("/x>"), ...end("stop")],
      ["text a<", "thinking r signed", "text /x>", "stop end_turn"],
      stops("</x>"),
    ],
    [
      "not in thinking",
      [reasoning("</x>"), text("b"), ...end("stop")],
      ["thinking </x> signed", "text b", "stop end_turn"],
      stops("</x>"),
    ],
    [
      "not in arguments",
      [bash('{"n":"</x>"}'), ...end("stop")],
      ['call a Bash {"n":"</x>"}', "stop tool_use"],
      stops("</x>"),
    ],
    [
      "not across a call",
      [text("</"), bash("{}"), text("x>"), ...end("stop")],
      ["text </", "call a Bash {}", "text x>", "stop tool_use"],
      stops("</x>"),
    ],
  ]);

  test.each(["aXb", "Xb"])("end the answer at once, with tokens counted: %j", (said) => {
    const { translator, events } = tell([text(said)], stops("X"));
    expect(translator.finished).toBe(true);
    expect(events.find((event) => event.type === "message_delta")?.usage.output_tokens).toBeGreaterThan(0);
  });
});
