import { expect, test } from "vitest";
import { createScrub } from "./scrub.ts";

const scrub = createScrub(["sk-canary-key-1", null, "http://10.0.0.7:8080/v1", "10.0.0.7:8080", ""]);

test.each([
  ["key sk-canary-key-1 is wrong", "key [redacted] is wrong"],
  ["twice sk-canary-key-1, sk-canary-key-1", "twice [redacted], [redacted]"],
  ["at http://10.0.0.7:8080/v1/chat", "at [redacted]/chat"],
  ["dial tcp 10.0.0.7:8080: refused", "dial tcp [redacted]: refused"],
  ["Incorrect API key provided: sk-proj-ab**********yz.", "Incorrect API key provided: [redacted]"],
  ["sent Bearer abcdef123456 upstream", "sent [redacted] upstream"],
  ["nothing here", "nothing here"],
])("%s", (text, clean) => {
  expect(scrub(text)).toBe(clean);
});
