import { invalidRequest } from "../../messages/api-error.ts";
import type { ImageBlock } from "../../messages/types.ts";
import type { Image } from "./turns.ts";

/** Pixels per side. Source: https://docs.anthropic.com/en/docs/build-with-claude/vision */
const LONGEST_SIDE = 8000;
/** Bytes of base64. */
const LARGEST = 10 * 1024 * 1024;

const SIGNATURES: [mediaType: string, test: (bytes: Buffer) => boolean][] = [
  ["image/png", (bytes) => bytes.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"))],
  ["image/jpeg", (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff],
  ["image/gif", (bytes) => /^GIF8[79]a/.test(bytes.toString("latin1", 0, 6))],
  ["image/webp", (bytes) => /^RIFF.{4}WEBP/s.test(bytes.toString("latin1", 0, 12))],
];

/**
 * An image as both dialects take it. The media type is the one the bytes show; a data-URL prefix and
 * blanks in the data are removed. Throws `ApiError` 400 for what is no readable image and for
 * sources that only Anthropic's own service can resolve.
 */
export function readImage(block: ImageBlock, path: string): Image {
  const { source } = block;
  if (source.type !== "base64") {
    throw invalidRequest(
      `${path}.source.type`,
      `"${source.type}" images are not supported; send the image as base64`,
    );
  }
  const data = source.data.replace(/^data:[^,]*,/, "").replace(/\s+/g, "");
  if (data === "" || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) {
    throw invalidRequest(`${path}.source.data`, "Could not process image: not base64");
  }
  if (data.length > LARGEST)
    throw invalidRequest(`${path}.source.data`, "Could not process image: larger than 10 MB");
  const bytes = Buffer.from(data, "base64");
  const mediaType = SIGNATURES.find(([, test]) => test(bytes))?.[0];
  if (mediaType === undefined) {
    throw invalidRequest(
      `${path}.source`,
      "Could not process image: the bytes are no PNG, JPEG, GIF or WebP",
    );
  }
  if (mediaType === "image/png") checkPng(bytes, path);
  return { mediaType, data };
}

function checkPng(bytes: Buffer, path: string): void {
  if (!bytes.includes("IEND", -16, "latin1")) {
    throw invalidRequest(`${path}.source.data`, "Could not process image: the PNG is cut");
  }
  const side = Math.max(bytes.readUInt32BE(16), bytes.readUInt32BE(20));
  if (side > LONGEST_SIDE) {
    throw invalidRequest(
      `${path}.source`,
      `Could not process image: ${side} pixels on one side, at most ${LONGEST_SIDE}`,
    );
  }
}

/**
 * The refusal that Claude Code answers by sending the request again with a note in place of the image.
 */
export function imageUnsupported(path: string, model: string): Error {
  return invalidRequest(
    path,
    `Could not process image: the model "${model}" does not take images (capability_rejected: image_block)`,
  );
}
