import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLogger } from "./log.ts";

test("a log file of JSON lines, without credentials, from the given level on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bridge-log-"));
  const file = join(folder, "sub", "bridge.log");
  const log = await createLogger({ level: "info", file });
  log.debug({ n: 1 }, "not told");
  log.info(
    { headers: { authorization: "Bearer canary", "x-api-key": "canary", host: "h" }, apiKey: "canary" },
    "told",
  );
  const lines = readFileSync(file, "utf8").trim().split("\n");
  rmSync(folder, { recursive: true });
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain("canary");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    msg: "told",
    headers: { host: "h" },
    apiKey: "[redacted]",
  });
});
