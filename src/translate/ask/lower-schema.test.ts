import { describe, expect, test } from "vitest";
import { parseJson } from "../../wire/json.ts";
import { lowerSchema } from "./lower-schema.ts";

type Schema = Record<string, unknown>;

const input = (p: unknown): Schema => ({ type: "object", properties: { p } });
const text = (more: Schema): Schema => input({ type: "string", ...more });

test.each<[what: string, schema: Schema]>([
  ["plain", text({ pattern: "^/", minLength: 1, maxLength: 9, format: "uri" })],
  ["equal limits", text({ minLength: 3, maxLength: 3 })],
  ["a member named pattern", { type: "object", properties: { pattern: { type: "string" }, minItems: {} } }],
  [
    "values that look like constraints",
    input({ enum: [{ pattern: "*" }], default: { minItems: 2, maxItems: 1 } }),
  ],
])("in full, %s stays as it is", (_what, schema) => {
  expect(lowerSchema(schema, "full")).toEqual({ schema, lost: [] });
});

test.each<[what: string, schema: Schema, lowered: Schema, lost: string[]]>([
  ["no expression", text({ pattern: "^*a$" }), text({}), ['p: pattern "^*a$"']],
  ["a reversed quantifier", text({ pattern: "^a{3,1}$" }), text({}), ['p: pattern "^a{3,1}$"']],
  ["a lone bracket", text({ pattern: "^]$" }), text({}), ['p: pattern "^]$"']],
  ["no text", text({ pattern: 5 }), text({}), ["p: pattern 5"]],
  ["reversed lengths", text({ minLength: 5, maxLength: 2 }), text({}), ["p: minLength 5, maxLength 2"]],
  [
    "reversed counts, below",
    input({ type: "array", items: { anyOf: [{ type: "array", minItems: 2, maxItems: 1 }] } }),
    input({ type: "array", items: { anyOf: [{ type: "array" }] } }),
    ["p[].(anyOf 1): minItems 2, maxItems 1"],
  ],
])("even in full, %s is not sent but told", (_what, schema, lowered, lost) => {
  expect(lowerSchema(schema, "full")).toEqual({ schema: lowered, lost });
});

test("without patterns all else stays", () => {
  const given = {
    type: "object",
    properties: { pattern: { type: "string", pattern: "^/", minLength: 1 }, a: { $ref: "#/$defs/A" } },
    $defs: { A: { type: "string", pattern: "^\\d$" } },
  };
  expect(lowerSchema(given, "no-patterns")).toEqual({
    schema: {
      type: "object",
      properties: { pattern: { type: "string", minLength: 1 }, a: { $ref: "#/$defs/A" } },
      $defs: { A: { type: "string" } },
    },
    lost: ['pattern: pattern "^/"', '$defs.A: pattern "^\\\\d$"'],
  });
});

describe("the structure alone", () => {
  test.each<[what: string, schema: Schema]>([
    ["alternatives", input({ anyOf: [{ type: "string" }, { type: ["number", "null"] }], description: "d" })],
    ["values", { ...input({ enum: ["a", 1] }), required: ["p"], additionalProperties: false }],
    ["a definition", { ...input({ $ref: "#/$defs/A" }), $defs: { A: { const: 1 } } }],
    [
      "one that has itself in it",
      { ...input({ $ref: "#/$defs/A" }), $defs: { A: input({ $ref: "#/$defs/A" }) } },
    ],
    ["a list", input({ type: "array", items: { type: "string" } })],
    [
      "odd names",
      {
        type: "object",
        properties: Object.fromEntries([
          ["__proto__", {}],
          ["a b", {}],
        ]) as Schema,
      },
    ],
  ])("%s stays", (_what, schema) => {
    expect(lowerSchema(schema, "structure")).toEqual({ schema, lost: [] });
  });

  test.each<[what: string, p: unknown, lowered: unknown, lost: string]>([
    ["true", true, {}, ""],
    ["false", false, {}, "p: false"],
    ["null", null, {}, "p: null"],
    [
      "limits",
      { type: "string", maxLength: 2000, format: "uri" },
      { type: "string" },
      'p: maxLength 2000, format "uri"',
    ],
    ["an unknown type", { type: "file", description: "d" }, { description: "d" }, 'p: type "file"'],
    ["a type among known ones", { type: ["string", "any"] }, {}, 'p: type ["string","any"]'],
    ["no type", { type: [] }, {}, "p: type []"],
    ["no alternative", { anyOf: [] }, {}, "p: anyOf []"],
    ["items of any kind", { type: "array", items: true }, { type: "array" }, "p: items true"],
    ["a condition", { type: "string", not: { enum: ["x"] } }, { type: "string" }, 'p: not {"enum":["x"]}'],
    ["a reference to nothing", { $ref: "#/$defs/Nope" }, {}, 'p: $ref "#/$defs/Nope"'],
    ["one to the whole", { $ref: "#" }, {}, 'p: $ref "#"'],
    ["one in a circle", { $ref: "#/properties/p" }, {}, 'p: $ref "#/properties/p"'],
    ["one elsewhere", { $ref: "https://a.b/c" }, {}, 'p: $ref "https://a.b/c"'],
    [
      "an alternative that is true",
      { anyOf: [true, { type: "null" }] },
      { anyOf: [{}, { type: "null" }] },
      "",
    ],
    ["annotations", { type: "string", title: "t", examples: [1] }, { type: "string" }, ""],
    ["big numbers", parseJson('{"type":"integer","maximum":1e400}'), { type: "integer" }, "p: maximum 1e400"],
  ])("%s is told", (_what, p, lowered, lost) => {
    expect(lowerSchema(input(p), "structure")).toEqual({
      schema: input(lowered),
      lost: lost === "" ? [] : [lost],
    });
  });
});
