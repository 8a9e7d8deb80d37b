import { brotliDecompressSync, constants, gunzipSync, zstdDecompressSync } from "node:zlib";

const EVENT_TEXT = /^(?::|data:|event:|id:|retry:|\r?\n)/;

/** The text of a stream of events as far as it has come, whether it is packed or not; "" where nothing can be made of it yet. */
export function textSoFar(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 4)).toString("hex");
  try {
    if (start.startsWith("1f8b"))
      return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
    if (start === "28b52ffd")
      return zstdDecompressSync(bytes, { finishFlush: constants.ZSTD_e_flush }).toString();
    const text = new TextDecoder().decode(bytes);
    if (EVENT_TEXT.test(text)) return text;
    return brotliDecompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH }).toString();
  } catch {
    return "";
  }
}
