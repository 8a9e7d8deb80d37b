type Canvas = typeof import("@napi-rs/canvas");

let loaded: Promise<Canvas | null> | undefined;

/** The optional package that draws and converts pictures; null where it is not installed. */
export function loadCanvas(): Promise<Canvas | null> {
  loaded ??= import("@napi-rs/canvas").catch(() => null);
  return loaded;
}
