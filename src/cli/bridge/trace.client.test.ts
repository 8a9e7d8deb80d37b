import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { locateClaude } from "../../launch/find-claude.ts";
import { modelScript, toolCall, words } from "../../scripted/pieces.ts";
import { startScripted } from "../../scripted/server.ts";
import { runProgram } from "../../testing/program.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trace-"));
  for (const name of ["home", "work"]) mkdirSync(join(folder, name));
});

afterEach(() => rmSync(folder, { recursive: true, maxRetries: 3 }));

test("a trace of the real client, told of a small window, verifies and replays to the same client", async () => {
  const scripted = await startScripted({
    flavour: "openai",
    scripts: [
      modelScript(
        "[[go]]",
        toolCall("Bash", { command: "echo '[[ran]]'; echo $HOME", description: "Say it" }),
      ),
      modelScript("[[ran]]", words("It ran.")),
    ],
  });
  const options = {
    env: { PATH: process.env["PATH"], HOME: join(folder, "home"), IS_SANDBOX: "1" },
    cwd: join(folder, "work"),
  };
  const binary = ["--claude-binary", locateClaude() ?? ""];
  const claude = ["-p", "please [[go]]", "--dangerously-skip-permissions", "--output-format", "json"];
  const model = ["openai", "scripted", "--base-url", `${scripted.url}/v1`, "--set", "context=500000"];
  const own = [
    ...model,
    "--set",
    "thinking=none",
    "--max-output-tokens",
    "3000",
    "--trace",
    "--log-dir",
    "t",
  ];
  const session = await runProgram("claude-bridge", [...own, ...binary, ...claude], options);
  await scripted.close();
  expect(session.code).toBe(0);
  const [name = ""] = readdirSync(join(folder, "work", "t"));

  const verified = await runProgram("bridge-conformance", ["verify", name, "--dir", "t"], options);
  expect(verified).toMatchObject({ code: 0, stdout: `ok   ${name}: 2 exchanges, 0 differences\n` });
  const played = ["replay", name, "--dir", "t", "--fail-on-drift", ...binary, "--", "claude", ...claude];
  const replayed = await runProgram("bridge-conformance", played, options);
  expect(replayed.stderr).toContain("served 2/2 exact 2 reordered 0 unconsumed 0");
  expect(replayed).toMatchObject({ code: 0, stdout: expect.stringContaining('"result":"It ran."') });
});
