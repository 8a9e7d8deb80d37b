import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findClaude, locateClaude } from "./find-claude.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "find-claude-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function program(name: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, "#!/bin/sh\necho '9.8.7 (Claude Code)'\n");
  chmodSync(path, mode);
  return path;
}

test("the first claude on PATH that can be started is found", () => {
  const path = program("claude");
  expect(locateClaude(undefined, ["", "/no/such/folder", folder].join(delimiter))).toBe(path);
});

test("a file that cannot be started is passed over, for the project's own copy", () => {
  program("claude", 0o644);
  expect(locateClaude(undefined, folder)).toMatch(/node_modules.\.bin.claude/);
});

test("a named program is taken by its path or from PATH, with its version", async () => {
  const path = program("other-claude");
  expect(locateClaude("other-claude", folder)).toBe(path);
  expect(await findClaude(path)).toEqual({ path, version: "9.8.7" });
});

test.each(["./no-such-claude", "no-such-claude", tmpdir()])("%s is refused", (explicit) => {
  expect(() => locateClaude(explicit, folder)).toThrow(
    expect.objectContaining({ code: "claude-missing", message: expect.stringContaining("--claude-binary") }),
  );
});
