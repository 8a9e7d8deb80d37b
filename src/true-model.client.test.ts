import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createBridge } from "./bridge/bridge.ts";
import { runClaude } from "./launch/run-claude.ts";
import { startTrueModel, trueModelDefect, type TrueModel } from "./testing/true-model.ts";

const defect = await trueModelDefect();
if (defect !== null) console.warn(`SKIPPED, Claude Code on a true model: ${defect}`);

let model: TrueModel;
let folder = "";

beforeAll(async () => {
  if (defect !== null) return;
  folder = mkdtempSync(join(tmpdir(), "true-model-"));
  model = await startTrueModel();
});

afterAll(async () => {
  if (defect !== null) return;
  await model.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the real client asks a true model for a capital, and is told", async ({ skip }) => {
  if (defect !== null) skip(defect);
  const bridge = createBridge({ provider: "openai", baseUrl: model.baseUrl, model: model.model });
  onTestFinished(() => bridge.close());
  const { url } = await bridge.listen();
  const { exitCode, result } = await runClaude({
    baseUrl: url,
    model: model.model,
    bare: true,
    prompt: "What is the capital of Japan?",
    cwd: folder,
    home: join(folder, "home"),
  });
  expect({ exitCode, text: result?.result }).toEqual({ exitCode: 0, text: expect.stringContaining("Tokyo") });
});
