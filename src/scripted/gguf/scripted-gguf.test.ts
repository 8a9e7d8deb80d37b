import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gguf } from "@huggingface/gguf";
import { expect, onTestFinished, test } from "vitest";
import { loadScripts } from "../load-scripts.ts";
import { CHAT_TEMPLATES, chatTemplate } from "./template.ts";
import { scriptedGguf } from "./scripted-gguf.ts";
import { buildVocabulary } from "./vocabulary.ts";

const scripts = await loadScripts();

function onDisk(bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "scripted-gguf-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "scripted.gguf");
  writeFileSync(file, bytes);
  return file;
}

test.each(CHAT_TEMPLATES)("an independent reader finds the model, chat template %s", async (template) => {
  const bytes = scriptedGguf(scripts, { template });
  const { metadata, tensorInfos, tensorDataOffset } = await gguf(onDisk(bytes), { allowLocalFile: true });
  const vocabulary = buildVocabulary(scripts);
  expect(metadata).toMatchObject({
    version: 3,
    "general.architecture": "llama",
    "llama.context_length": 131_072,
    "llama.block_count": 1,
    "tokenizer.ggml.tokens": vocabulary.tokens.map((token) => token.text),
    "tokenizer.ggml.eos_token_id": 2,
    "tokenizer.ggml.add_space_prefix": false,
    "tokenizer.chat_template": chatTemplate(template),
  });
  const last = tensorInfos.at(-1);
  const [width = 0n, rows = 0n] = last?.shape ?? [];
  expect({ name: last?.name, dtype: last?.dtype, rows }).toEqual({
    name: "output.weight",
    dtype: 0,
    rows: BigInt(vocabulary.tokens.length),
  });
  // The file holds the last tensor to its last number, padded.
  const end = Number(tensorDataOffset + (last?.offset ?? 0n) + width * rows * 4n);
  expect(Math.ceil(end / 32) * 32).toBe(bytes.length);
  expect(Number(tensorDataOffset) % 32).toBe(0);
});

test("the same scripts give the same bytes, other scripts others", () => {
  const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  expect(hash(scriptedGguf(scripts))).toBe(hash(scriptedGguf(structuredClone(scripts))));
  expect(hash(scriptedGguf(scripts.slice(1)))).not.toBe(hash(scriptedGguf(scripts)));
});

test("no two tokens have one text, and none is empty or a grammar's trigger", () => {
  const texts = buildVocabulary(scripts).tokens.map((token) => token.text);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts).not.toContain("");
  expect(texts).not.toContain("<tool_call>\n");
});
