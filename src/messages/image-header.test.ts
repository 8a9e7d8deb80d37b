import { expect, test } from "vitest";
import { readImageHeader } from "./image-header.ts";

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");
const ascii = (text: string): string => Buffer.from(text, "latin1").toString("hex");

test.each<[name: string, bytes: Uint8Array, header: object | undefined]>([
  [
    "png",
    hex(`89504e470d0a1a0a 0000000d ${ascii("IHDR")} 00000102 00000003`),
    { mediaType: "image/png", width: 258, height: 3 },
  ],
  ["gif", hex(`${ascii("GIF89a")} 0201 0300`), { mediaType: "image/gif", width: 258, height: 3 }],
  [
    "jpeg behind an APP0 segment",
    hex("ffd8 ffe0 0004 0000 ffc0 0011 08 0003 0102 03"),
    { mediaType: "image/jpeg", width: 258, height: 3 },
  ],
  [
    "jpeg with fill bytes and a Huffman table",
    hex("ffd8 ffff c4 0003 00 ffc2 0011 08 0003 0102 03"),
    { mediaType: "image/jpeg", width: 258, height: 3 },
  ],
  [
    "webp lossy",
    hex(`${ascii("RIFF")} 00000000 ${ascii("WEBPVP8 ")} 00000000 000000 9d012a 0201 0300`),
    { mediaType: "image/webp", width: 258, height: 3 },
  ],
  [
    "webp lossless",
    hex(`${ascii("RIFF")} 00000000 ${ascii("WEBPVP8L")} 00000000 2f 01810000 0000000000`),
    { mediaType: "image/webp", width: 258, height: 3 },
  ],
  [
    "webp extended",
    hex(`${ascii("RIFF")} 00000000 ${ascii("WEBPVP8X")} 00000000 00000000 010100 020000`),
    { mediaType: "image/webp", width: 258, height: 3 },
  ],
  ["jpeg without a frame", hex("ffd8 ffe0 0004 0000 ffda 0008"), undefined],
  ["bmp", hex(`${ascii("BM")} 00000000000000000000000000000000000000000000000000000000`), undefined],
  ["text", Buffer.from("hello, this is a text of some length"), undefined],
  ["nothing", new Uint8Array(0), undefined],
  ["a cut png", hex("89504e470d0a1a0a 0000"), undefined],
])("%s", (_name, bytes, header) => {
  expect(readImageHeader(bytes)).toEqual(header);
});
