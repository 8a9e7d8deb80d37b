import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CassetteError } from "./errors.ts";

const PART_NAME = /^[0-9a-f]{16}\.[a-z0-9]{1,5}$/;
const MAX_PART = 64 * 1024 * 1024;

/** Bytes kept once, under the first 16 hex digits of their SHA-256. */
export class PartStore {
  readonly #parts = new Map<string, Uint8Array>();

  add(bytes: Uint8Array, extension: string): string {
    const name = `${digest16(bytes)}.${extension}`;
    this.#parts.set(name, bytes);
    return name;
  }

  writeTo(folder: string): void {
    if (this.#parts.size > 0) mkdirSync(folder, { recursive: true });
    for (const [name, bytes] of this.#parts) writeFileSync(join(folder, name), bytes);
  }
}

export function digest16(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}

/** Reads one part and checks that it is what its name says. */
export function readPart(folder: string, name: string): Uint8Array {
  if (!PART_NAME.test(name))
    throw new CassetteError("hostile", `part name "${name}" is not 16 hex digits and an extension`);
  const bytes = readPlainFile(join(folder, name), MAX_PART);
  if (!name.startsWith(digest16(bytes)))
    throw new CassetteError("corrupt", `part ${name} does not have the content its name promises`);
  return bytes;
}

/** Reads a regular file: never a link, never above `cap` bytes. */
export function readPlainFile(path: string, cap: number): Uint8Array {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new CassetteError("corrupt", `${path} is missing`);
  if (!stat.isFile()) throw new CassetteError("hostile", `${path} is not a regular file`);
  if (stat.size > cap)
    throw new CassetteError("too-large", `${path} has ${stat.size} bytes, more than the ${cap} allowed`);
  return readFileSync(path);
}
