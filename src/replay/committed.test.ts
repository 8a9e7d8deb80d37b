import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { CassetteError } from "../cassette/errors.ts";
import { readCassette } from "../cassette/read.ts";
import { scanCassette } from "../cassette/scan.ts";
import { RECORDED_SESSIONS } from "../testing/recorded-sessions.ts";
import { describeFinding } from "./describe.ts";
import { verifyCassette } from "./verify.ts";

const CASSETTES = fileURLToPath(new URL("../../cassettes/", import.meta.url));
const BROKEN = fileURLToPath(new URL("../../fixtures/broken-cassettes/", import.meta.url));

const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

test("the committed cassettes are the sessions that are described, over both dialects and none", async () => {
  expect(folders(CASSETTES).toSorted()).toEqual(RECORDED_SESSIONS.map(({ name }) => name).toSorted());
  const cassettes = await Promise.all(folders(CASSETTES).map((name) => readCassette(CASSETTES + name)));
  expect(new Set(cassettes.map(({ manifest }) => manifest.bridge.provider))).toEqual(
    new Set(["ollama", "openai", "anthropic"]),
  );
  expect(new Set(cassettes.map(({ manifest }) => manifest.redaction.profile))).toEqual(
    new Set(["published"]),
  );
});

test.each(RECORDED_SESSIONS)(
  "$name: the translation is what it was, and no secret is in it",
  async ({ name }) => {
    const cassette = await readCassette(CASSETTES + name);
    const { exchanges, findings } = await verifyCassette(cassette);
    expect(findings.map(describeFinding)).toEqual([]);
    expect(exchanges).toBe(cassette.exchanges.length);
    expect(
      cassette.exchanges.every(({ pairing, upstream }) => pairing === "header" && upstream.length > 0),
    ).toBe(true);
    expect(scanCassette(cassette)).toEqual([]);
  },
);

test("what the sessions are to show is in them", async () => {
  const tools = await readCassette(`${CASSETTES}parallel-tools`);
  const results = JSON.parse(Buffer.from(tools.exchanges[1]?.clientRequest.body ?? []).toString()) as {
    messages: { content: { type: string; is_error?: boolean }[] }[];
    tools: unknown[];
  };
  const blocks = results.messages.at(-1)?.content.filter(({ type }) => type === "tool_result") ?? [];
  expect([
    blocks.length,
    blocks.filter((block) => block.is_error === true).length,
    results.tools.length > 10,
  ]).toEqual([3, 1, true]);
  const image = await readCassette(`${CASSETTES}two-prompts-image`);
  const last = image.exchanges.at(-1)?.upstream.at(-1)?.bridgeRequest.body ?? [];
  expect(Buffer.from(last).toString()).toMatch(/data:image\/png;base64,iVBOR[^]*thank-you/);
  const truth = await readCassette(`${CASSETTES}true-model-text`);
  expect(truth.manifest.upstream.kind).toBe("url");
});

const BROKEN_BY: Record<string, string> = {
  "cuts-outside": "cassette-corrupt: exchanges/0001.json: cuts do not rise",
  empty: "cassette-empty:",
  "escaping-part": "cassette-corrupt: exchanges/0001.json/clientRequest/body/0",
  "half-written": "cassette-corrupt: exchanges/0001.json is not JSON",
  "missing-exchange": "cassette-corrupt: exchanges/0002.json is missing",
  "missing-part": "0123456789abcdef.json is missing",
  newer: "cassette-newer:",
  "not-a-cassette": "cassette-corrupt:",
  "stray-file": "cassette-hostile: exchanges/run.js has no place",
  "tampered-part": "cassette-corrupt: part",
  "unknown-field": 'additional properties "exec"',
};

test("every broken cassette is described", () => {
  expect(folders(BROKEN).toSorted()).toEqual(Object.keys(BROKEN_BY).toSorted());
});

test.each(Object.entries(BROKEN_BY))("broken cassette %s has an error of its own", async (name, line) => {
  const error: unknown = await readCassette(BROKEN + name).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(CassetteError);
  const { code, message } = error as CassetteError;
  expect(`${code}: ${message}`).toContain(line);
});
