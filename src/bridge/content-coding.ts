import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from "node:zlib";

type Decode = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

const [unzip, unbrotli, unzstd] = [promisify(gunzip), promisify(brotliDecompress), promisify(zstdDecompress)];
const [unzlib, unraw] = [promisify(inflate), promisify(inflateRaw)];

/** Some servers send `deflate` without the two bytes of zlib in front: https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.2 */
const undeflate: Decode = (bytes, options) => {
  const [first = 0, second = 0] = bytes;
  const isZlib = (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
  return isZlib ? unzlib(bytes, options) : unraw(bytes, options);
};

const DECODERS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ["gzip", unzip],
  ["x-gzip", unzip],
  ["deflate", undeflate],
  ["br", unbrotli],
  ["zstd", unzstd],
]);

/** Why bytes could not be decoded. */
export class UndecodableBody extends Error {
  override readonly name = "UndecodableBody" as const;
  readonly reason: "unknown-coding" | "too-large" | "broken";

  constructor(reason: UndecodableBody["reason"], cause?: unknown) {
    super(`the body cannot be decoded (${reason})`, { cause });
    this.reason = reason;
  }
}

/**
 * Undoes a `content-encoding`, also several of them. Never makes more than `maxBytes` of it, whatever a
 * small body holds. Throws UndecodableBody.
 */
export async function decodeBody(bytes: Uint8Array, coding: string, maxBytes: number): Promise<Uint8Array> {
  const names = coding.split(",").map((name) => name.trim().toLowerCase());
  let decoded = bytes;
  for (const name of names.toReversed()) {
    if (name === "" || name === "identity") continue;
    const decode = DECODERS.get(name);
    if (decode === undefined) throw new UndecodableBody("unknown-coding");
    try {
      decoded = await decode(decoded, { maxOutputLength: maxBytes });
    } catch (error) {
      const isTooLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
      throw new UndecodableBody(isTooLarge ? "too-large" : "broken", error);
    }
  }
  return decoded;
}
