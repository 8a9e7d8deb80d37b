import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { convertToPng } from "./convert-image.ts";
import { readPdf } from "./pdf.ts";

vi.mock("@napi-rs/canvas", () => {
  throw new Error("not installed");
});

const file = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));

test("a GIF is refused with what to do", async () => {
  expect(await convertToPng(file("images/pixel.gif").toString("base64"))).toEqual({
    problem: expect.stringMatching(
      /^image\/gif needs the optional package @napi-rs\/canvas.*send PNG or JPEG$/,
    ),
  });
});

test("a PDF is its text alone", async () => {
  const pages = await readPdf(file("pdf/two-pages.pdf"), true);
  expect(pages.map(({ picture }) => picture)).toEqual([null, null]);
  expect(pages[1]?.text).toBe("The needle is PERIWINKLE-42.");
});
