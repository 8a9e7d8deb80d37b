import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SuiteFile } from "../conformance/case.ts";
import type { LiveModel } from "../conformance/options.ts";
import { runSuite } from "../conformance/run-suite.ts";
import { startScripted } from "../scripted/server.ts";
import { openOut } from "./write-out.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evidence-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const MODEL = "org/model:1b";
const KEY = "the-very-own-key-of-this-server";

const send = {
  mode: "stream",
  request: { model: "scripted", max_tokens: 50, messages: [{ role: "user", content: "[[text]]" }] },
  expect: [{ "answer.text": "Something else." }],
};
const failing = { id: "x.y", level: "SHOULD", kinds: ["capable"], title: "t", spec: [], live: [send] };
const good = { ...failing, id: "x.good", live: [{ ...send, expect: [] }] };
const suites = [{ suite: "x", title: "x", defaults: {}, cases: [good, failing] }] as unknown as SuiteFile[];

test("the first failed run of a live row leaves both hops as files, and its finding leads there", async () => {
  const scripted = await startScripted({
    flavour: "openai",
    models: [{ name: MODEL, capabilities: ["completion", "tools"] }],
  });
  const out = await openOut(folder);
  const live: LiveModel = {
    name: MODEL,
    kind: "url",
    description: "x",
    provider: "openai",
    baseUrl: `${scripted.url}/v1`,
    apiKey: KEY,
  };
  const options = { loaded: suites, live: [live], trials: { runs: 3 }, version: "test" };
  const { cases } = await runSuite({ ...options, keepEvidence: out.evidence }, () => {});
  await scripted.close();
  const below = join(folder, "evidence", "org_model_1b");
  expect(readdirSync(below)).toEqual(["x.y"]);
  expect(readdirSync(join(below, "x.y"))).toEqual(["run-1"]);
  const names = readdirSync(join(below, "x.y", "run-1"));
  expect(names).toEqual(expect.arrayContaining(["0001-front-answer.http", "0001-front-request.http"]));
  const findings = cases.find(({ id }) => id === "x.y")?.findings ?? [];
  expect(findings.map(({ rule }) => rule)).toEqual(["blame", "evidence", "answer.text"]);
  const index = join(below, "x.y", "run-1", "index.txt");
  expect(findings[1]?.message).toBe(`[run 1] the bytes of both hops: ${index}`);
  expect(readFileSync(index, "utf8")).toContain("blame: model:");
  const texts = names.map((name) => readFileSync(join(below, "x.y", "run-1", name), "utf8"));
  expect(texts).toContainEqual(expect.stringMatching(/^POST \/v1\/chat\/completions\r\n[^]*\[\[text\]\]/));
  expect(texts.join("\n")).not.toContain(KEY);
});
