import { describe, expect, onTestFinished, test } from "vitest";
import { locateClaude } from "../launch/find-claude.ts";
import { toolCall } from "../scripted/pieces.ts";
import { startScripted } from "../scripted/server.ts";
import { machine, recordClient, replayClient } from "../testing/record-client.ts";
import { failuresOf, fidelityLine } from "./verdict.ts";

const SCRIPTS = [
  {
    marker: "[[run-it]]",
    pieces: toolCall("Bash", { command: "echo '[[it-ran]]'", description: "Say that it ran" }),
  },
  { marker: "[[it-ran]]", pieces: ["It ran."] },
];

describe.skipIf(locateClaude() === null)("the real client", () => {
  test.each([
    ["ollama", true],
    ["ollama", false],
    ["openai", true],
    ["openai", false],
  ] as const)("on %s, bare: %s, can be recorded without its prose, and replayed", async (provider, bare) => {
    const server = await startScripted({ flavour: provider, scripts: SCRIPTS });
    onTestFinished(() => server.close());
    const run = { prompt: "Please [[run-it]]", bare };
    const cassette = await recordClient(server, machine(["project"]), run, provider);
    expect(cassette.exchanges).toHaveLength(2);
    for (const surface of ["front", "back"] as const) {
      const { client, report } = await replayClient(cassette, machine(["elsewhere"]), run, surface);
      expect(failuresOf(report, true)).toEqual([]);
      expect(fidelityLine(report)).toMatch(/unconsumed 0/);
      expect(client.result?.result).toBe("It ran.");
    }
  });
});
