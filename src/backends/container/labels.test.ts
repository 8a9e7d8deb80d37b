import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { LABEL, ownerIsGone, ownLabels } from "./labels.ts";

test("a run that goes on is not gone; one that ended, or whose number is another's now, is", async () => {
  const { run, labels } = await ownLabels();
  expect(labels[LABEL.run]).toBe(run);
  expect(await ownerIsGone(labels)).toBe(false);
  expect(await ownerIsGone({ ...labels, [LABEL.started]: "1" })).toBe(true);
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.once("close", resolve));
  expect(await ownerIsGone({ ...labels, [LABEL.pid]: String(child.pid) })).toBe(true);
});

test("of what others made nothing is said", async () => {
  const { labels } = await ownLabels();
  expect(await ownerIsGone({ ...labels, [LABEL.host]: "elsewhere", [LABEL.pid]: "1" })).toBe(false);
  expect(await ownerIsGone({})).toBe(false);
  expect(await ownerIsGone({ ...labels, [LABEL.pid]: "x" })).toBe(false);
});
