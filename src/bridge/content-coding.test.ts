import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeBody } from "./content-coding.ts";

const TEXT = "A page. ".repeat(1_000);

test.each([
  ["gzip", gzipSync(TEXT)],
  ["X-GZIP", gzipSync(TEXT)],
  ["deflate", deflateSync(TEXT)],
  ["deflate", deflateRawSync(TEXT)],
  ["br", brotliCompressSync(TEXT)],
  ["zstd", zstdCompressSync(TEXT)],
  ["gzip, br", brotliCompressSync(gzipSync(TEXT))],
  ["identity", Buffer.from(TEXT)],
])("%s", async (coding, bytes) => {
  expect(Buffer.from(await decodeBody(bytes, coding, TEXT.length)).toString()).toBe(TEXT);
});

test.each([
  ["a small body that holds much", "gzip", gzipSync("0".repeat(50_000_000)), "too-large"],
  ["brotli that holds much", "br", brotliCompressSync("0".repeat(50_000_000)), "too-large"],
  ["what is cut", "gzip", gzipSync(TEXT).subarray(0, 30), "broken"],
  ["what is not compressed", "gzip", Buffer.from(TEXT), "broken"],
  ["an unknown coding", "compress", Buffer.from(TEXT), "unknown-coding"],
])("refuses %s", async (_title, coding, bytes, reason) => {
  await expect(decodeBody(bytes, coding, 100_000)).rejects.toMatchObject({ reason });
});
