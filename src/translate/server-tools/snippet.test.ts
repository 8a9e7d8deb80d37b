import { expect, test } from "vitest";
import { packSnippet, unpackSnippet } from "./snippet.ts";

test.each(["", "plain", "Grüße 日本 😀\n\0"])("the excerpt %j survives the client", (text) => {
  expect(unpackSnippet(packSnippet(text))).toBe(text);
});

test.each([undefined, null, 1, "", "EqgfCioIARgBIiQ3YTAwMjY1Mi1m", "cbs1.***", "cbs2.YQ", "xcbs1.YQ"])(
  "%j is no excerpt of ours",
  (packed) => {
    expect(unpackSnippet(packed)).toBeUndefined();
  },
);
