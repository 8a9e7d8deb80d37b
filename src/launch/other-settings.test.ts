import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { otherSettings } from "./other-settings.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "other-settings-"));
  for (const name of ["home/.claude", "work/.claude", "etc/managed-settings.d"])
    mkdirSync(join(folder, name), { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true }));

const FILES = {
  user: "home/.claude/settings.json",
  project: "work/.claude/settings.json",
  local: "work/.claude/settings.local.json",
  managed: "etc/managed-settings.json",
  dropIn: "etc/managed-settings.d/10-team.json",
};

function look(files: Partial<Record<keyof typeof FILES, unknown>>): { ignored: string[]; heeded: string[] } {
  for (const [name, settings] of Object.entries(files))
    writeFileSync(
      join(folder, FILES[name as keyof typeof FILES]),
      typeof settings === "string" ? settings : JSON.stringify(settings),
    );
  const found = otherSettings(
    { HOME: join(folder, "home") },
    join(folder, "work"),
    ["ENABLE_TOOL_SEARCH", "CLAUDE_CODE_MAX_OUTPUT_TOKENS"],
    join(folder, "etc"),
  );
  const short = (lines: string[]): string[] => lines.map((line) => line.replace(`${folder}/`, ""));
  return { ignored: short(found.ignored), heeded: short(found.heeded) };
}

test.each([
  ["nothing", {}, [], []],
  ["what is not about the model", { user: { env: { FOO: "1" }, permissions: {} } }, [], []],
  [
    "a base URL and a token",
    { user: { env: { ANTHROPIC_BASE_URL: "https://x.example", ANTHROPIC_AUTH_TOKEN: "s3cret" } } },
    [`${FILES.user}: ANTHROPIC_BASE_URL`, `${FILES.user}: ANTHROPIC_AUTH_TOKEN`],
    [],
  ],
  ["a model", { project: { model: "opus" } }, [`${FILES.project}: model`], []],
  ["a helper", { local: { apiKeyHelper: "x" } }, [`${FILES.local}: apiKeyHelper`], []],
  [
    "the organisation's",
    { managed: { env: { CLAUDE_CODE_USE_BEDROCK: "1" } } },
    [`${FILES.managed}: CLAUDE_CODE_USE_BEDROCK`],
    [],
  ],
  ["a part of the organisation's", { dropIn: { apiKeyHelper: "x" } }, [`${FILES.dropIn}: apiKeyHelper`], []],
  [
    "limits of the user's own",
    { user: { env: { CLAUDE_CODE_MAX_OUTPUT_TOKENS: "9" } }, local: { env: { ENABLE_TOOL_SEARCH: "true" } } },
    [],
    [`${FILES.user}: CLAUDE_CODE_MAX_OUTPUT_TOKENS`, `${FILES.local}: ENABLE_TOOL_SEARCH`],
  ],
  ["what is no settings file", { user: "{broken", project: "3", local: { env: 3 } }, [], []],
])("%s", (_what, files, ignored, heeded) => {
  expect(look(files)).toEqual({ ignored, heeded });
});
