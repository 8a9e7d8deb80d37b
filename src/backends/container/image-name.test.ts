import { expect, test } from "vitest";
import { imageName, OLLAMA_IMAGE } from "./image-name.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;

test.each([
  [OLLAMA_IMAGE, OLLAMA_IMAGE],
  ["ollama/ollama", "ollama/ollama:latest"],
  ["ollama", "ollama:latest"],
  ["localhost:5000/a/b", "localhost:5000/a/b:latest"],
  ["127.0.0.1:5000/a_b/c-d:1.2-rc3", "127.0.0.1:5000/a_b/c-d:1.2-rc3"],
  [`x/y@${DIGEST}`, `x/y@${DIGEST}`],
])("%s is %s", (name, whole) => {
  expect(imageName(name)).toBe(whole);
});

test.each(["", "Ollama/Ollama", "a b", "x:", "a//b", "../x", "x@sha256:1", "ü", "x?y=1", "x:1/../../y"])(
  "%j is no name",
  (name) => {
    expect(() => imageName(name)).toThrow(expect.objectContaining({ code: "backend-image" }));
  },
);
