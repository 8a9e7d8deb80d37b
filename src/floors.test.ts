import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SRC = dirname(fileURLToPath(import.meta.url));

/** A room imports only from floors below its own. `testing` serves tests alone. */
const FLOOR: Record<string, number> = {
  wire: 0,
  messages: 1,
  upstream: 1,
  strict: 1,
  translate: 2,
  bridge: 3,
  cassette: 3,
  scripted: 3,
  replay: 4,
  launch: 4,
  backends: 4,
  conformance: 5,
  report: 6,
  cli: 7,
};

/** `strict` may not share the translator's beliefs; `scripted` may not share `upstream`'s. */
const FORBIDDEN: [from: string, to: string][] = [
  ["strict", "messages"],
  ["strict", "upstream"],
  ["scripted", "upstream"],
  ["scripted", "messages"],
  ["cassette", "bridge"],
  ["scripted", "bridge"],
  ["scripted", "translate"],
];

interface Import {
  file: string;
  from: string;
  to: string;
}

function imports(): Import[] {
  const found: Import[] = [];
  for (const entry of readdirSync(SRC, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith(".ts") || entry.name.endsWith(".test.ts")) continue;
    const path = join(entry.parentPath, entry.name);
    const room = relative(SRC, path).split(sep)[0] ?? "";
    if (!(room in FLOOR)) continue;
    for (const [, specifier = ""] of readFileSync(path, "utf8").matchAll(
      /(?:from|import\()\s*"(\.[^"]+)"/g,
    )) {
      const target = relative(SRC, resolve(dirname(path), specifier)).split(sep)[0] ?? "";
      if (target !== room) found.push({ file: relative(SRC, path), from: room, to: target });
    }
  }
  return found;
}

test("every folder of src is a room with a floor", () => {
  const rooms = readdirSync(SRC, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "testing")
    .map((entry) => entry.name);
  expect(rooms.filter((room) => !(room in FLOOR))).toEqual([]);
});

test("no import climbs to the same floor or above", () => {
  const climbing = imports().filter(({ from, to }) => to in FLOOR && (FLOOR[to] ?? 0) >= (FLOOR[from] ?? 0));
  expect(climbing).toEqual([]);
});

test("nothing below floor 5 imports the strict checker", () => {
  expect(imports().filter(({ from, to }) => to === "strict" && (FLOOR[from] ?? 0) < 5)).toEqual([]);
});

test("rooms that must disagree share no code", () => {
  const shared = imports().filter(({ from, to }) => FORBIDDEN.some(([a, b]) => a === from && b === to));
  expect(shared).toEqual([]);
});
