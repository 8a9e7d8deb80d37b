import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Redactor } from "../cassette/redact.ts";
import { locateClaude } from "../launch/find-claude.ts";
import { runClaude } from "../launch/run-claude.ts";
import { toolCall } from "../scripted/pieces.ts";
import { startScripted } from "../scripted/server.ts";
import { scratch } from "../testing/cassettes.ts";

import { recordSession } from "./record.ts";
import { startStage } from "./stage.ts";
import { failuresOf, fidelityLine } from "./verdict.ts";

const MODEL = "scripted";
const PROMPT = "Please [[read-by-absolute-path]]";

/** A machine: its HOME, and a folder with a file in it. */
function machine(...folder: string[]): { home: string; cwd: string; file: string } {
  const root = scratch();
  const cwd = join(root, ...folder);
  mkdirSync(cwd, { recursive: true });
  const file = join(cwd, "note.txt");
  writeFileSync(file, "the note says [[absolute-path-read]]\n");
  return { home: join(root, "home"), cwd, file };
}

test.skipIf(locateClaude() === null)(
  "a tool call with an absolute path finds its file on another machine",
  async () => {
    const recorded = machine("project");
    const server = await startScripted({
      scripts: [
        { marker: "[[read-by-absolute-path]]", pieces: toolCall("Read", { file_path: recorded.file }) },
        // The folder is told over several pieces, as a tokeniser would.
        {
          marker: "[[absolute-path-read]]",
          pieces: [
            "It is in ",
            recorded.cwd.slice(0, 6),
            recorded.cwd.slice(6, 15),
            recorded.cwd.slice(15),
            "!",
          ],
        },
      ],
    });
    onTestFinished(() => server.close());
    const folder = join(scratch(), "absolute");
    const { cassette } = await recordSession({
      folder,
      title: "absolute",
      redact: "published",
      backend: {
        kind: "scripted",
        description: "scripted",
        provider: "ollama",
        baseUrl: server.url,
        model: MODEL,
      },
      token: "session-token",
      client: { ...recorded, version: null, command: ["claude", "-p", PROMPT] },
      generator: { name: "bridge-conformance", version: "0" },
      env: {},
      run: (baseUrl) =>
        runClaude({
          baseUrl,
          model: MODEL,
          token: "session-token",
          prompt: PROMPT,
          home: recorded.home,
          cwd: recorded.cwd,
        }),
    });

    const live = machine("quite", "another", "place");
    const stage = await startStage(cassette, {
      surface: "front",
      pace: "gap:5ms",
      redactor: new Redactor({ profile: "published", home: live.home, cwd: live.cwd }),
    });
    onTestFinished(() => stage.close());
    const { result } = await runClaude({
      baseUrl: stage.url,
      model: MODEL,
      prompt: PROMPT,
      home: live.home,
      cwd: live.cwd,
    });
    expect(failuresOf(stage.report(), false)).toEqual([]);
    expect(fidelityLine(stage.report())).toMatch(/^served 2\/2 /);
    expect(result?.result).toBe(`It is in ${live.cwd}!`);
  },
);
