import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withPermissionMode } from "./permission-mode.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "permission-mode-"));
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

function modeArgs(...args: string[]): string[] {
  return withPermissionMode(args, { HOME: home }, join(home, "project"));
}

function writeSettings(folder: string, defaultMode: string): void {
  mkdirSync(join(folder, ".claude"), { recursive: true });
  writeFileSync(join(folder, ".claude", "settings.json"), JSON.stringify({ permissions: { defaultMode } }));
}

test("a mode that asks the user is passed when none was chosen", () => {
  expect(modeArgs("-p", "hi")).toEqual(["--permission-mode", "default", "-p", "hi"]);
});

test.each([
  [["-p", "hi", "--permission-mode", "plan"]],
  [["--permission-mode=acceptEdits"]],
  [["--dangerously-skip-permissions", "-p", "hi"]],
])("the user's choice %j stands", (args) => {
  expect(modeArgs(...args)).toEqual(args);
});

test("the choice in a settings file stands, unless it is auto", () => {
  writeSettings(home, "auto");
  expect(modeArgs("-c")).toEqual(["--permission-mode", "default", "-c"]);
  writeSettings(join(home, "project"), "acceptEdits");
  expect(modeArgs("-c")).toEqual(["-c"]);
});
