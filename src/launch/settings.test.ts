import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withSettings } from "./settings.ts";

const NEEDED = '{"skipWebFetchPreflight":true}';

test.each([
  [[], ["--settings", NEEDED]],
  [
    ["-p", "hi"],
    ["--settings", NEEDED, "-p", "hi"],
  ],
  [
    ["-p", "hi", "--settings", '{"a":1}', "-c"],
    ["-p", "hi", "--settings", '{"skipWebFetchPreflight":true,"a":1}', "-c"],
  ],
  [
    ['--settings={"a":1}', "-c"],
    ["--settings", '{"skipWebFetchPreflight":true,"a":1}', "-c"],
  ],
  [
    ["--settings", '{"skipWebFetchPreflight":false}'],
    ["--settings", '{"skipWebFetchPreflight":false}'],
  ],
  [
    ["--settings", "/no/such/file"],
    ["--settings", "/no/such/file"],
  ],
  [
    ["--settings", "{broken"],
    ["--settings", "{broken"],
  ],
  [["--settings"], ["--settings"]],
])("%j becomes %j", (args, expected) => {
  expect(withSettings(args)).toEqual(expected);
});

test("the settings of a file are joined too", () => {
  const folder = mkdtempSync(join(tmpdir(), "settings-"));
  try {
    const file = join(folder, "own.json");
    writeFileSync(file, '{"model":"x"}');
    expect(withSettings(["--settings", file])).toEqual([
      "--settings",
      '{"skipWebFetchPreflight":true,"model":"x"}',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
