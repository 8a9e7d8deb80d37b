/**
 * Remembers the results of slow work by key, the most recent ones: a client sends the whole
 * conversation with every request, so the same file comes again and again. Failures are forgotten.
 */
export class Memo<T> {
  readonly #size: number;
  readonly #known = new Map<string, Promise<T>>();

  constructor(size: number) {
    this.#size = size;
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    this.#known.delete(key);
    const result = known ?? make();
    this.#known.set(key, result);
    if (known === undefined) this.#keepOnlySuccess(key, result);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#size && oldest !== undefined) this.#known.delete(oldest);
    return result;
  }

  #keepOnlySuccess(key: string, result: Promise<T>): void {
    result.catch(() => {
      if (this.#known.get(key) === result) this.#known.delete(key);
    });
  }
}
