import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** Compiling costs milliseconds, and a request's tools are asked for again and again. */
const compiled = new WeakMap<Record<string, unknown>, ValidateFunction | null>();

/**
 * Whether a value is valid under a tool's schema. A schema that cannot be compiled accepts nothing:
 * what cannot be checked must not be trusted.
 */
export function accepts(schema: Record<string, unknown>, value: unknown): boolean {
  const known = compiled.get(schema);
  const validate = known === undefined ? compile(schema) : known;
  compiled.set(schema, validate);
  return validate !== null && validate(value);
}

function compile(schema: Record<string, unknown>): ValidateFunction | null {
  const { $schema: _dialect, $id: _id, ...rest } = schema;
  try {
    if (rulesOfSchemas().validateSchema(rest) !== true) return null;
    return new Ajv2020({ ...OPTIONS, meta: false, validateSchema: false }).compile(rest);
  } catch {
    return null;
  }
}

const OPTIONS = { strict: false, validateFormats: false, logger: false } as const;

let shared: Ajv2020 | undefined;

/** Compiling the rules for schemas costs more than any schema does: once. A schema has an Ajv of its own, for its ids. */
function rulesOfSchemas(): Ajv2020 {
  shared ??= new Ajv2020(OPTIONS);
  return shared;
}
