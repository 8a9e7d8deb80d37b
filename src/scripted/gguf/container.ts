/**
 * The GGUF container, version 3: magic, counts, metadata, tensor directory, tensor data.
 * Layout after the format's description in ggml, `docs/gguf.md`; numbers are little-endian.
 */

const MAGIC = "GGUF";
const VERSION = 3;
const ALIGNMENT = 32;
const F32 = 0;

type Scalar = "u32" | "i32" | "f32" | "bool" | "string";

/** The format's number of each type of value. */
const TYPE: Readonly<Record<Scalar, number>> = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8 };
const ARRAY = 9;

/** One metadata value, written as exactly this type. */
export type GgufValue =
  | { u32: number }
  | { f32: number }
  | { bool: boolean }
  | { string: string }
  | { strings: readonly string[] }
  | { floats: readonly number[] }
  | { ints: readonly number[] };

/** An F32 tensor. `shape` is innermost first: a matrix of `rows` × `columns` is `[columns, rows]`. */
export interface GgufTensor {
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

/** The bytes of a GGUF file. Metadata and tensors keep their order. */
export function writeGguf(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Uint8Array {
  const entries = Object.entries(metadata);
  const head = [Buffer.from(MAGIC), u32(VERSION), u64(tensors.length), u64(entries.length)];
  for (const [key, value] of entries) head.push(text(key), ...valueBytes(value));
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    head.push(text(name), u32(shape.length), ...shape.map(u64), u32(F32), u64(offset));
    offset += aligned(data.byteLength);
  }
  const start = aligned(byteLength(head));
  const file = Buffer.alloc(start + offset);
  Buffer.concat(head).copy(file);
  let at = start;
  for (const { data } of tensors) {
    data.forEach((number, i) => file.writeFloatLE(number, at + 4 * i));
    at += aligned(data.byteLength);
  }
  return file;
}

function valueBytes(value: GgufValue): Buffer[] {
  if ("u32" in value) return [u32(TYPE.u32), u32(value.u32)];
  if ("f32" in value) return [u32(TYPE.f32), f32(value.f32)];
  if ("bool" in value) return [u32(TYPE.bool), Buffer.from([value.bool ? 1 : 0])];
  if ("string" in value) return [u32(TYPE.string), text(value.string)];
  if ("strings" in value) return list("string", value.strings.map(text));
  if ("floats" in value) return list("f32", value.floats.map(f32));
  return list("i32", value.ints.map(i32));
}

function list(type: Scalar, items: readonly Buffer[]): Buffer[] {
  return [u32(ARRAY), u32(TYPE[type]), u64(items.length), ...items];
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

function byteLength(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
