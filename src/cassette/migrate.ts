import { CassetteError } from "./errors.ts";
import { FORMAT, FORMAT_VERSION } from "./types.ts";

const FORMAT_NAME = /^bridge-cassette\/([0-9]{1,6})$/;

/** One step per version: files of version N as parsed JSON in, files of version N+1 out. */
export type Migration = (files: ReadonlyMap<string, unknown>) => Map<string, unknown>;

/** `MIGRATIONS[n]` leads from version n to n+1. */
const MIGRATIONS: Readonly<Record<number, Migration>> = { 1: withoutWeb };

/** Version 1 kept nothing of what the bridge fetched from the web. */
function withoutWeb(files: ReadonlyMap<string, unknown>): Map<string, unknown> {
  return new Map(
    Array.from(files, ([name, file]) => {
      const old = file as { bridge?: object };
      if (name === "cassette.json")
        return [
          name,
          {
            ...old,
            format: "bridge-cassette/2",
            bridge: { ...old.bridge, web: { search: null, fetch: false } },
          },
        ];
      return [name, name.startsWith("exchanges/") ? { ...old, web: [] } : file];
    }),
  );
}

/**
 * The version a manifest is in.
 * @throws CassetteError `corrupt` for another format, `newer` for a version this code does not know.
 */
export function versionOf(manifest: unknown, where: string): number {
  const format = (manifest as { format?: unknown } | null)?.format;
  const version = Number(FORMAT_NAME.exec(typeof format === "string" ? format : "")?.[1]);
  if (!(version > 0))
    throw new CassetteError(
      "corrupt",
      `${where} is not a cassette: format is ${JSON.stringify(format)}, not "${FORMAT}"`,
    );
  if (version > FORMAT_VERSION)
    throw new CassetteError(
      "newer",
      `${where} is in format version ${version}, this program reads up to ${FORMAT_VERSION}: update bridge-conformance`,
    );
  return version;
}

/** Brings the files of a cassette to the current version, step by step. */
export function migrate(
  files: ReadonlyMap<string, unknown>,
  version: number,
  steps: Readonly<Record<number, Migration>> = MIGRATIONS,
  target: number = FORMAT_VERSION,
): Map<string, unknown> {
  let current = new Map(files);
  for (let at = version; at < target; at++) {
    const step = steps[at];
    if (step === undefined)
      throw new CassetteError("corrupt", `no migration leads from version ${at} to ${at + 1}`);
    current = step(current);
  }
  return current;
}
