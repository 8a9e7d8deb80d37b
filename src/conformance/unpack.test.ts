import { once } from "node:events";
import { createBrotliCompress, createGzip, createZstdCompress } from "node:zlib";
import { expect, test } from "vitest";
import { textSoFar } from "./unpack.ts";

const EVENT = 'event: ping\ndata: {"type":"ping"}\n\n';

test.each([
  ["gzip", createGzip],
  ["br", createBrotliCompress],
  ["zstd", createZstdCompress],
])("%s is read as far as it was flushed", async (_name, create) => {
  const packer = create();
  const chunks: Buffer[] = [];
  packer.on("data", (chunk: Buffer) => chunks.push(chunk));
  packer.write(EVENT);
  expect(textSoFar(Buffer.concat(chunks))).toBe("");
  await new Promise<void>((resolve) => {
    packer.flush(resolve);
  });
  expect(textSoFar(Buffer.concat(chunks))).toBe(EVENT);
  packer.end(EVENT);
  await once(packer, "end");
  expect(textSoFar(Buffer.concat(chunks))).toBe(EVENT + EVENT);
});

test("what is not packed stays", () => {
  expect(textSoFar(Buffer.from(`: hm\n\n${EVENT}`))).toBe(`: hm\n\n${EVENT}`);
});
