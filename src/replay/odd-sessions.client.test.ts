import { describe, expect, onTestFinished, test } from "vitest";
import { locateClaude } from "../launch/find-claude.ts";
import { toolCall } from "../scripted/pieces.ts";
import type { ByteScript, ModelScript } from "../scripted/script.ts";
import { startScripted } from "../scripted/server.ts";
import type { ScriptedServer } from "../scripted/options.ts";
import { machine, recordClient, replayClient } from "../testing/record-client.ts";
import { failuresOf, fidelityLine } from "./verdict.ts";

async function scripted(...scripts: ModelScript[]): Promise<ScriptedServer> {
  const server = await startScripted({ scripts });
  onTestFinished(() => server.close());
  return server;
}

const HALF =
  '{"model":"scripted","created_at":"2026-01-02T03:04:05.6Z","message":{"role":"assistant","content":"Hal"},"done":false}\n';

/** First answers that are none, and how the exchange is recorded. */
const FAULTS: [string, ByteScript, string][] = [
  ["a refusal", [{ status: 500 }, { write: '{"error":"boom"}' }, { fin: true }], "500 complete"],
  ["a cut", [{ write: HALF }, { wait: 30 }, { cut: true }], "200 fin"],
  ["a reset", [{ write: HALF }, { wait: 30 }, { rst: true }], "200 rst"],
];

describe.skipIf(locateClaude() === null)("the real client", () => {
  test.each(FAULTS)(
    "%s of the model's server is recorded, and met again in the replay",
    async (_, script, shape) => {
      const server = await scripted();
      server.enqueue(script);
      const run = { prompt: "Please [[say-text]]", env: { CLAUDE_CODE_MAX_RETRIES: "1" } };
      const cassette = await recordClient(server, machine(["project"]), run);
      const ends = cassette.exchanges
        .map(({ upstream }) => upstream.at(-1)?.upstreamResponse)
        .map((answer) => `${answer?.status} ${answer?.end}`);
      expect(ends).toEqual([shape, "200 complete"]);
      const { client, report } = await replayClient(cassette, machine(["elsewhere"]), run);
      expect(failuresOf(report, false)).toEqual([]);
      expect(fidelityLine(report)).toMatch(/^served 2\/2 /);
      expect([client.exitCode, client.result?.result]).toEqual([0, "Plain text from the scripted model."]);
    },
  );

  test("a tool call with an absolute path finds its file on another machine", async () => {
    const files = { "note.txt": "the note says [[absolute-path-read]]\n" };
    const recorded = machine(["project"], files);
    const { cwd } = recorded;
    const server = await scripted(
      { marker: "[[read-by-absolute-path]]", pieces: toolCall("Read", { file_path: `${cwd}/note.txt` }) },
      // The folder is told over several pieces, as a tokeniser would.
      {
        marker: "[[absolute-path-read]]",
        pieces: ["It is in ", cwd.slice(0, 6), cwd.slice(6, 15), cwd.slice(15), "!"],
      },
    );
    const run = { prompt: "Please [[read-by-absolute-path]]" };
    const cassette = await recordClient(server, recorded, run);
    const live = machine(["quite", "another", "place"], files);
    const { client, report } = await replayClient(cassette, live, run);
    expect(failuresOf(report, false)).toEqual([]);
    expect(client.result?.result).toBe(`It is in ${live.cwd}!`);
  });

  test("count_tokens is an exchange of its own, and of the bridge alone", async () => {
    const files = { "big.txt": Array.from({ length: 4000 }, (_, n) => `line ${n} of a big file`).join("\n") };
    const server = await scripted(
      { marker: "[[read-big-file]]", pieces: toolCall("Read", { file_path: "big.txt" }) },
      { marker: "line 3 of a big file", pieces: ["It is big."] },
    );
    const run = { prompt: "Please [[read-big-file]]" };
    const cassette = await recordClient(server, machine(["project"], files), run);
    const routes = cassette.exchanges.map(({ clientRequest, upstream }) => [
      clientRequest.path.replace("?beta=true", ""),
      upstream.length > 0,
    ]);
    expect(routes).toEqual([
      ["/v1/messages", true],
      ["/v1/messages/count_tokens", false],
      ["/v1/messages", true],
    ]);
    const { client, report } = await replayClient(cassette, machine(["elsewhere"], files), run);
    expect(failuresOf(report, false)).toEqual([]);
    expect(client.result?.result).toBe("It is big.");
  });

  test("a sub-agent's concurrent requests find their answers on either surface", async () => {
    const run = { prompt: "Please [[call-agent]]" };
    const cassette = await recordClient(await scripted(), machine(["project"]), run);
    expect(cassette.exchanges.length).toBeGreaterThanOrEqual(3);
    for (const surface of ["front", "back"] as const) {
      const { client, report } = await replayClient(cassette, machine(["elsewhere"]), run, surface);
      expect(failuresOf(report, false)).toEqual([]);
      expect(client.result?.result).toBe("The agent has reported.");
    }
  });
});
