import { expect, test } from "vitest";
import { readSignature, signReasoning } from "./signature.ts";

const reasoned = { model: "qwen3:1.7b", text: "The user wants 😀\0 something." };
const signature = signReasoning(reasoned);

test("carries the reasoning, opaquely and cheaply", () => {
  expect(readSignature(signature)).toEqual(reasoned);
  expect(signature).toMatch(/^cb1\.[\w-]+\.[\w-]+$/);
  expect(signature.length).toBeLessThan(4 * reasoned.text.length);
});

test("is the same everywhere, for ever", () => {
  expect(signReasoning({ model: "m", text: "hm" })).toBe("cb1.bQBobQ.E7lzj8IQXxcA");
});

test.each([
  ["none", undefined],
  ["empty", ""],
  ["foreign", "EqQBCkYIARgCIkDx"],
  ["another version", signature.replace("cb1", "cb2")],
  ["altered text", signature.replace("cb1.c", "cb1.d")],
  ["altered seal", `${signature.slice(0, -2)}AA`],
  ["cut", signature.slice(0, 12)],
])("%s: not ours", (_title, other) => {
  expect(readSignature(other)).toBeUndefined();
});
