/** What the first bytes of an image say. Sides are in pixels. */
export interface ImageHeader {
  mediaType: "image/png" | "image/jpeg" | "image/gif" | "image/webp";
  width: number;
  height: number;
}

/**
 * Reads an image's format and size from its bytes, without decoding it; undefined when they are none
 * of PNG, JPEG, GIF and WebP, or end before the size.
 *
 * Source of the format list: https://docs.anthropic.com/en/docs/build-with-claude/vision
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return png(buffer) ?? jpeg(buffer) ?? gif(buffer) ?? webp(buffer);
}

function png(buffer: Buffer): ImageHeader | undefined {
  if (buffer.length < 24 || buffer.toString("latin1", 0, 8) !== "\x89PNG\r\n\x1a\n") return undefined;
  return { mediaType: "image/png", width: buffer.readUInt32BE(16), height: buffer.readUInt32BE(20) };
}

function gif(buffer: Buffer): ImageHeader | undefined {
  if (buffer.length < 10 || !/^GIF8[79]a$/.test(buffer.toString("latin1", 0, 6))) return undefined;
  return { mediaType: "image/gif", width: buffer.readUInt16LE(6), height: buffer.readUInt16LE(8) };
}

/** Walks the segments to the frame header (SOF0…SOF15 without DHT, JPG and DAC). */
function jpeg(buffer: Buffer): ImageHeader | undefined {
  if (buffer.length < 4 || buffer.readUInt16BE(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 <= buffer.length && buffer[at] === 0xff) {
    const marker = buffer.readUInt8(at + 1);
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return {
        mediaType: "image/jpeg",
        width: buffer.readUInt16BE(at + 7),
        height: buffer.readUInt16BE(at + 5),
      };
    }
    at += marker === 0xff ? 1 : 2 + buffer.readUInt16BE(at + 2);
  }
  return undefined;
}

function webp(buffer: Buffer): ImageHeader | undefined {
  if (buffer.length < 30 || buffer.toString("latin1", 0, 4) !== "RIFF") return undefined;
  if (buffer.toString("latin1", 8, 12) !== "WEBP") return undefined;
  const mediaType = "image/webp";
  switch (buffer.toString("latin1", 12, 16)) {
    case "VP8X":
      return { mediaType, width: 1 + buffer.readUIntLE(24, 3), height: 1 + buffer.readUIntLE(27, 3) };
    case "VP8L": {
      const bits = buffer.readUInt32LE(21);
      return { mediaType, width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case "VP8 ":
      return {
        mediaType,
        width: buffer.readUInt16LE(26) & 0x3fff,
        height: buffer.readUInt16LE(28) & 0x3fff,
      };
    default:
      return undefined;
  }
}
