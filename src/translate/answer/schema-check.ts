import { Ajv2020 } from "ajv/dist/2020.js";

/**
 * Whether a value is valid under a tool's schema. A schema that cannot be compiled accepts nothing:
 * what cannot be checked must not be trusted.
 */
export function accepts(schema: Record<string, unknown>, value: unknown): boolean {
  const { $schema: _dialect, $id: _id, ...rest } = schema;
  try {
    return new Ajv2020({ strict: false, validateFormats: false, logger: false }).validate(rest, value);
  } catch {
    return false;
  }
}
