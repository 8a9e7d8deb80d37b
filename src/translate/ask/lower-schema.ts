import type { SchemaDetail } from "../../upstream/flags.ts";
import { asArray, asObject } from "../../upstream/read.ts";
import { isBigNumber, stringifyJson } from "../../wire/json.ts";
import { entriesOf, fromEntries } from "../../wire/key-order.ts";
import { SILENT } from "./schema-loss.ts";
import { isReadableReference } from "./schema-references.ts";

type Schema = Record<string, unknown>;

/** A schema that an upstream takes, and lines for the tool's description on what is no longer in it. */
export interface LoweredSchema {
  schema: Schema;
  lost: string[];
}

const TYPES = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);

const MAPS = new Set(["properties", "$defs", "definitions"]);
const LISTS = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);

/** Is this keyword of a schema one that any compiler of grammars reads? */
const STRUCTURE: Readonly<Record<string, (value: unknown, root: Schema) => boolean>> = {
  type: (value) => {
    const types = Array.isArray(value) ? (value as unknown[]) : [value];
    return types.length > 0 && types.every((type) => TYPES.has(String(type)));
  },
  description: (value) => typeof value === "string",
  properties: isMap,
  $defs: isMap,
  definitions: isMap,
  required: (value) => Array.isArray(value) && value.every((name) => typeof name === "string"),
  items: (value) => asObject(value) !== undefined,
  additionalProperties: (value) => typeof value === "boolean" || asObject(value) !== undefined,
  anyOf: isList,
  oneOf: isList,
  allOf: isList,
  enum: isList,
  const: () => true,
  $ref: (value, root) => isReadableReference(value, root),
};

function isMap(value: unknown): boolean {
  return asObject(value) !== undefined;
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

/**
 * A schema with as much detail as the upstream takes. Even in full no regular expression that is none is sent, and no
 * upper limit below its lower one: a llama-server ends, or never answers again, for these.
 */
export function lowerSchema(schema: Schema, detail: SchemaDetail): LoweredSchema {
  if (detail === "full" && isKnownSound(schema)) return { schema, lost: [] };
  const lowering = new Lowering(schema, detail);
  return { schema: lowering.schema(schema, ""), lost: lowering.lost };
}

/** Those that cannot change: a bridge gets the same ones with each request of a session. */
const SOUND = new WeakSet<Schema>();

function isKnownSound(schema: Schema): boolean {
  if (SOUND.has(schema)) return true;
  const sound = isSound(schema);
  if (sound && Object.isFrozen(schema)) SOUND.add(schema);
  return sound;
}

/** May look at what is no schema, then the answer is no. */
function isSound(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isSound);
  const schema = value as Schema;
  if (("pattern" in schema && !isExpression(schema["pattern"])) || impossibleIn(schema).length > 0)
    return false;
  return Object.values(schema).every(isSound);
}

/** The same patterns come with every request of a session. */
const expressions = new Map<string, boolean>();
const MOST_EXPRESSIONS = 1000;

function isExpression(pattern: unknown): boolean {
  if (typeof pattern !== "string") return false;
  const known = expressions.get(pattern) ?? compiles(pattern);
  if (expressions.size < MOST_EXPRESSIONS) expressions.set(pattern, known);
  return known;
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").source !== "";
  } catch {
    return false;
  }
}

/** Keywords that no value can satisfy together. */
function impossibleIn(schema: Schema): readonly string[] {
  const lengths = Number(schema["minLength"]) > Number(schema["maxLength"]);
  const counts = Number(schema["minItems"]) > Number(schema["maxItems"]);
  if (!lengths && !counts) return NONE;
  return [...(lengths ? ["minLength", "maxLength"] : []), ...(counts ? ["minItems", "maxItems"] : [])];
}

const NONE: readonly string[] = [];

class Lowering {
  readonly lost: string[] = [];
  readonly #root: Schema;
  readonly #detail: SchemaDetail;

  constructor(root: Schema, detail: SchemaDetail) {
    this.#root = root;
    this.#detail = detail;
  }

  schema(given: Schema, path: string): Schema {
    const impossible = impossibleIn(given);
    const lost: string[] = [];
    const kept: [string, unknown][] = [];
    for (const [key, value] of entriesOf(given)) {
      if (this.#isTaken(key, value, impossible)) kept.push([key, this.#value(key, value, path)]);
      else if (!SILENT.has(key)) lost.push(`${key} ${stringifyJson(value)}`);
    }
    this.#lose(path, lost);
    return fromEntries(kept);
  }

  #isTaken(key: string, value: unknown, impossible: readonly string[]): boolean {
    if (this.#detail === "structure") return STRUCTURE[key]?.(value, this.#root) ?? false;
    if (impossible.includes(key)) return false;
    return key !== "pattern" || (this.#detail === "full" && isExpression(value));
  }

  #value(key: string, value: unknown, path: string): unknown {
    if (MAPS.has(key)) {
      const below = key === "properties" ? path : join(path, key);
      const members = entriesOf(asObject(value) ?? {});
      return fromEntries(members.map(([name, member]) => [name, this.#member(member, join(below, name))]));
    }
    if (LISTS.has(key))
      return asArray(value).map((one, n) => this.#member(one, join(path, `(${key} ${n + 1})`)));
    if (key === "items" || (key === "additionalProperties" && typeof value === "object"))
      return this.#member(value, `${path}[]`);
    return value;
  }

  /** What stands where a schema should: `true` and `false` are schemas too, but not every compiler knows them. */
  #member(value: unknown, path: string): unknown {
    const schema = isBigNumber(value) ? undefined : asObject(value);
    if (schema !== undefined) return this.schema(schema, path);
    if (this.#detail !== "structure") return value;
    if (value !== true) this.#lose(path, [stringifyJson(value)]);
    return {};
  }

  #lose(path: string, lost: readonly string[]): void {
    if (lost.length > 0) this.lost.push(`${path === "" ? "(input)" : path}: ${lost.join(", ")}`);
  }
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
