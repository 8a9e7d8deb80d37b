import { expect, test } from "vitest";
import { chooseScript, FALLBACK } from "./choose.ts";
import { type PlaybackLimits, playScript } from "./playback.ts";
import { createRepeatGuard } from "./repeat-guard.ts";
import type { ModelScript } from "./script.ts";
import { createTokenizer } from "./tokens.ts";

function play(pieces: ModelScript["pieces"], limits: Partial<PlaybackLimits> = {}, loop?: number): string[] {
  const script: ModelScript = { marker: "[[x]]", pieces, ...(loop === undefined ? {} : { loop }) };
  return [...playScript(script, { maxTokens: 50, stop: [], ...limits })].map((event) => {
    if (event.type === "text") return event.text;
    return event.type === "end" ? `${event.reason} ${event.tokens}` : event.type;
  });
}

test.each<[string, string[], string[]]>([
  ["the end token counts", play(["a", "b"]), ["a", "b", "stop 3"]],
  ["an empty answer", play([]), ["stop 1"]],
  ["a cut does not", play(["a", "b"], { maxTokens: 1 }), ["a", "length 1"]],
  [
    "bytes wait for their character",
    play([240, 159, 152, 128, "!"]),
    ["held", "held", "held", "😀", "!", "stop 6"],
  ],
  ["bytes that are no UTF-8", play(["a", 255, "b"]), ["a", "badUtf8"]],
  [
    "a stop string over tokens",
    play(["a", "S", "TO", "P b", "c"], { stop: ["STOP"] }),
    ["a", "held", "held", "stop 4"],
  ],
  ["text before a stop string", play(["a STOP"], { stop: ["STOP"] }), ["a ", "stop 1"]],
  ["a stop string that does not come", play(["S", "x"], { stop: ["STOP"] }), ["held", "Sx", "stop 3"]],
  ["what was held at the end", play(["a", "S"], { stop: ["STOP"] }), ["a", "held", "S", "stop 3"]],
  ["a loop", play(["a", "b"], { maxTokens: 4 }, 1), ["a", "b", "b", "b", "length 4"]],
  ["a loop from the end", play(["a", "b"], { maxTokens: 4 }, -1), ["a", "b", "b", "b", "length 4"]],
  ["a loop to nowhere ends", play(["a"], {}, 5), ["a", "stop 2"]],
])("%s", (_, got, wanted) => {
  expect(got).toEqual(wanted);
});

test("the 32nd equal text is one too many, white space aside", () => {
  const stuck = createRepeatGuard();
  const seen = Array.from({ length: 33 }, (_, i) => stuck(`na${" ".repeat(i)}`));
  expect(seen.indexOf(true)).toBe(31);
  expect(stuck("other")).toBe(false);
});

const SCRIPTS: ModelScript[] = ["[[one]]", "日本の首都は", "[[two]]"].map((marker) => ({
  marker,
  pieces: [marker],
}));

test.each([
  ["[[one]]", "[[one]]"],
  ["[[two]] then [[one]]", "[[two]]"],
  ["「日本の首都はどこ」", "日本の首都は"],
  ["nothing", FALLBACK.marker],
])("%s plays %j", (prompt, marker) => {
  expect(chooseScript(prompt, SCRIPTS).marker).toBe(marker);
});

test.each([
  ["<|user|>[[one]] hi\n<|assistant|>", 17],
  ["", 1],
  ["é 😀", 1 + 2 + 3 + 4],
])("%j is %i tokens", (text, tokens) => {
  expect(createTokenizer(SCRIPTS).count(text)).toBe(tokens);
});

test("a long prompt keeps its start and its end", () => {
  expect(createTokenizer(SCRIPTS).shorten("abcdefghij[[one]]", 5, 3)).toBe("abcdij[[one]]");
});
