import { readImageHeader } from "../../messages/image-header.ts";
import { loadCanvas } from "./canvas.ts";

/** More pixels than this are not unpacked: a small file can hold very many. */
const MAX_PIXELS = 40_000_000;

/**
 * A picture (of a GIF the first frame) as base64 of a PNG; a sentence that says why when it cannot be had.
 */
export async function convertToPng(data: string): Promise<{ png: string } | { problem: string }> {
  const bytes = Buffer.from(data, "base64");
  const header = readImageHeader(bytes);
  if (header === undefined) return { problem: "the bytes are no image" };
  if (header.width * header.height > MAX_PIXELS)
    return { problem: `${header.width}x${header.height} pixels are too many to convert to PNG` };
  const canvas = await loadCanvas();
  if (canvas === null) {
    return {
      problem: `${header.mediaType} needs the optional package @napi-rs/canvas, which is not installed; send PNG or JPEG`,
    };
  }
  try {
    const image = await canvas.loadImage(bytes);
    const sheet = canvas.createCanvas(image.width, image.height);
    sheet.getContext("2d").drawImage(image, 0, 0);
    return { png: (await sheet.encode("png")).toString("base64") };
  } catch {
    return { problem: `the ${header.mediaType} image cannot be decoded` };
  }
}
