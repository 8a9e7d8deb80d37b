import { expect, test } from "vitest";
import { nodeComplaint } from "./node-gate.ts";

test.each(["22.22.0", "22.23.2", "24.0.0"])("Node %s is new enough", (version) => {
  expect(nodeComplaint("claude-bridge", version)).toBeNull();
});

test.each(["20.20.2", "22.21.9", "8.0.0", "garbage"])("Node %s is too old, in one line", (version) => {
  expect(nodeComplaint("claude-bridge", version)).toMatch(
    /^node-too-old: claude-bridge needs Node 22\.22 .*\n$/,
  );
});
