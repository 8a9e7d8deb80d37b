/** What a GGUF file of `writeGguf` holds; other types of values and tensors are not read. */
export interface GgufFile {
  metadata: ReadonlyMap<string, string | number | boolean | readonly (string | number)[]>;
  /** F32 tensors by name, as `GgufTensor`. */
  tensors: ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>;
}

/** The bytes are no GGUF file at all. */
export class NoGguf extends Error {
  override readonly name = "NoGguf";
}

const ALIGNMENT = 32;

/** @throws NoGguf, or RangeError for a file with anything that `writeGguf` does not write */
export function readGguf(bytes: Uint8Array): GgufFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 24 || file.toString("latin1", 0, 4) !== "GGUF") throw new NoGguf("not in GGUF format");
  const cursor = new Cursor(file, 8);
  const [tensorCount, entryCount] = [cursor.u64(), cursor.u64()];
  const metadata = new Map(
    Array.from({ length: entryCount }, () => [cursor.text(), cursor.value()] as const),
  );
  const directory = Array.from({ length: tensorCount }, () => {
    const name = cursor.text();
    const shape = Array.from({ length: cursor.u32() }, () => cursor.u64());
    if (cursor.u32() !== 0) throw new RangeError(`the tensor ${name} is not F32`);
    return { name, shape, offset: cursor.u64() };
  });
  const start = Math.ceil(cursor.at / ALIGNMENT) * ALIGNMENT;
  const tensors = new Map(
    directory.map(({ name, shape, offset }) => {
      const size = 4 * shape.reduce((product, length) => product * length, 1);
      const from = start + offset;
      // A copy, since floats are read at multiples of four alone.
      const data = new Float32Array(new Uint8Array(file.subarray(from, from + size)).buffer);
      return [name, { shape, data }] as const;
    }),
  );
  return { metadata, tensors };
}

class Cursor {
  readonly #file: Buffer;
  at: number;

  constructor(file: Buffer, at: number) {
    this.#file = file;
    this.at = at;
  }

  #move(size: number): number {
    this.at += size;
    return this.at - size;
  }

  u32(): number {
    return this.#file.readUInt32LE(this.#move(4));
  }

  u64(): number {
    return Number(this.#file.readBigUInt64LE(this.#move(8)));
  }

  text(): string {
    const length = this.u64();
    const from = this.#move(length);
    return this.#file.toString("utf8", from, from + length);
  }

  value(type: number = this.u32()): string | number | boolean | (string | number)[] {
    if (type === 4) return this.u32();
    if (type === 5) return this.#file.readInt32LE(this.#move(4));
    if (type === 6) return this.#file.readFloatLE(this.#move(4));
    if (type === 7) return this.#file[this.#move(1)] !== 0;
    if (type === 8) return this.text();
    if (type !== 9) throw new RangeError(`a metadata value of type ${type}`);
    const of = this.u32();
    return Array.from({ length: this.u64() }, () => this.value(of) as string | number);
  }
}
