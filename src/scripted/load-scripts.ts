import { readdir, readFile } from "node:fs/promises";
import type { ModelScript } from "./script.ts";

const FOLDER = new URL("../../fixtures/scripts/", import.meta.url);

/** Lowest rank first; files that are not named here follow in alphabetical order. */
const RANK = ["wire.yaml", "claude-code.yaml"];

let loaded: Promise<ModelScript[]> | undefined;

/** The scripts of `fixtures/scripts`, read once. Throws TypeError on a file that is no list of scripts. */
export function loadScripts(): Promise<ModelScript[]> {
  loaded ??= readAll();
  return loaded;
}

async function readAll(): Promise<ModelScript[]> {
  const { parse } = await import("yaml");
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".yaml")).sort();
  const ordered = [...RANK.filter((name) => names.includes(name)), ...names.filter((n) => !RANK.includes(n))];
  const texts = await Promise.all(ordered.map((name) => readFile(new URL(name, FOLDER), "utf8")));
  return texts.flatMap((text, i) => checkScripts(parse(text), ordered[i] ?? ""));
}

function checkScripts(value: unknown, file: string): ModelScript[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new TypeError(`${file}: not a list of scripts`);
  value.forEach((entry, i) => {
    if (!isScript(entry)) throw new TypeError(`${file}: entry ${i} is not {marker, pieces, loop?}`);
  });
  return value as ModelScript[];
}

function isScript(value: unknown): value is ModelScript {
  const { marker, pieces, loop } = (value ?? {}) as Partial<Record<keyof ModelScript, unknown>>;
  const loops = loop === undefined || Number.isInteger(loop);
  return (
    typeof marker === "string" && marker !== "" && Array.isArray(pieces) && pieces.every(isPiece) && loops
  );
}

function isPiece(value: unknown): boolean {
  if (typeof value === "string") return true;
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;
}
