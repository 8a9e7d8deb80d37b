/** Turns token pieces into text; bytes of an unfinished character wait for the rest. */
export interface Utf8Hold {
  /** The text that is whole now, `null` when the bytes cannot become UTF-8 any more. */
  push(piece: string | number): string | null;
}

export function createUtf8Hold(): Utf8Hold {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return {
    push(piece) {
      try {
        const bytes = typeof piece === "string" ? Buffer.from(piece) : Uint8Array.of(piece);
        return decoder.decode(bytes, { stream: true });
      } catch {
        return null;
      }
    },
  };
}
