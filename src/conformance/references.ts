import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Exchange } from "./exchange.ts";
import { isRecord, show, valueAt } from "./path.ts";
import { expandText } from "./send.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);

/**
 * Fills in what a case can only say by reference:
 *
 * - `{ $from: NAME, at: PATH }` is a value of the answer to an earlier send (`content`, `content.1.id`);
 * - `{ $file: "images/red.png" }` is a fixture in base64;
 * - `<<repeat:TEXT:COUNT>>` inside a string is the text so many times.
 */
export function resolveReferences(value: unknown, earlier: readonly Exchange[]): unknown {
  if (typeof value === "string") return expandText(value);
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, earlier));
  if (!isRecord(value)) return value;
  if (typeof value["$from"] === "string")
    return answerValue(value["$from"], show(value["at"] ?? ""), earlier);
  if (typeof value["$file"] === "string") return fixture(value["$file"]);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, resolveReferences(item, earlier)]),
  );
}

function answerValue(name: string, path: string, earlier: readonly Exchange[]): unknown {
  const exchange = earlier.findLast(({ send }) => send.name === name);
  if (exchange === undefined) throw new Error(`$from: there is no earlier send "${name}"`);
  return valueAt(exchange.answer?.message, path);
}

function fixture(name: string): string {
  return readFileSync(fileURLToPath(new URL(name, FIXTURES))).toString("base64");
}
