import { expect, test } from "vitest";
import type { ModelScript } from "../script.ts";
import { createToyEngine } from "../testing/toy-engine.ts";

const SCRIPTS: ModelScript[] = [
  { marker: "[[hello]]", pieces: ["Hello ", "world, ", "Hello ", "world, ", "Hello ", "world, "] },
  { marker: "[[bytes]]", pieces: ["a ", 240, 159, 152, 128, " ", 240, 159, 152, 128] },
  { marker: "[[none]]", pieces: [] },
  { marker: "[[loop]]", pieces: ["start ", "la ", "lo "], loop: 1 },
  { marker: "[[backloop]]", pieces: ["x ", "y "], loop: -1 },
  { marker: "[[call]]", pieces: ["<tool_call>\n", '{"name": "A"}', "\n</tool_call>"] },
  { marker: "[[step-2]]", pieces: ["second"] },
  { marker: "[[step-3]]", pieces: ["third [[step-2]]"] },
];
const engine = createToyEngine(SCRIPTS);

test.each([
  ["the first script", "x [[hello]] y<|assistant|>", "Hello world, Hello world, Hello world, "],
  ["a chatml prompt", "[[hello]]<|im_start|>assistant\n", "Hello world, Hello world, Hello world, "],
  ["bytes of characters", "[[bytes]]<|assistant|>", "a 😀 😀"],
  ["a script that says nothing", "[[none]]<|assistant|>", ""],
  ["no marker", "nothing<|assistant|>", "(no script matches this prompt)"],
  ["no marker, second turn", "a<|assistant|>b<|im_end|>c<|assistant|>", "(no script matches this prompt)"],
  ["a call", "[[call]]<|assistant|>", '<tool_call>\n{"name": "A"}\n</tool_call>'],
  ["the later script, first in the prompt", "[[step-2]] then [[hello]]<|assistant|>", "second"],
  [
    "the later script, once",
    `${"[[hello]] [[step-2]]".repeat(60)} [[step-3]]<|assistant|>`,
    "third [[step-2]]",
  ],
  ["a marker that fills the prompt", `${"[[step-2]]".repeat(99)}<|assistant|>`, "second"],
  ["the later script, far away", `[[step-2]]${"filler ".repeat(200)}[[hello]]<|assistant|>`, "second"],
])("%s", (_name, prompt, text) => {
  const { bytes, stopped } = engine.complete(prompt);
  expect({ text: bytes.toString(), stopped }).toEqual({ text, stopped: true });
});

test.each([
  ["[[loop]]", "start la lo la lo la lo "],
  ["[[backloop]]", "x y y y y y y "],
])("%s never stops by itself", (marker, text) => {
  const { bytes, stopped } = engine.complete(`${marker}<|assistant|>`, 7);
  expect({ text: bytes.toString(), stopped }).toEqual({ text, stopped: false });
});

test("the end counts as a token", () => {
  expect(engine.complete("[[step-2]]<|assistant|>").tokens).toBe(2);
});

test("a marker that holds a later one's is no token: the later one plays", () => {
  const toy = createToyEngine([
    { marker: "question one", pieces: ["long"] },
    { marker: "one", pieces: ["short"] },
  ]);
  expect(toy.complete("question one<|assistant|>").bytes.toString()).toBe("short");
});

test("too many scripts are refused", () => {
  const many = Array.from({ length: 7225 }, (_, i) => ({ marker: `[[m${i}]]`, pieces: [] }));
  expect(() => createToyEngine(many)).toThrow(RangeError);
}, 60_000);
