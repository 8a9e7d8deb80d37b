import { expect, test } from "vitest";
import { nonSemanticFields, unknownFields } from "./non-semantic.ts";

const request = {
  model: "m",
  max_tokens: 1,
  messages: [
    {
      role: "user",
      content: [{ type: "text", text: "a", cache_control: { type: "ephemeral" }, foo: 1 }],
      bar: 2,
    },
    { role: "system", content: "s" },
  ],
  metadata: { user_id: "u" },
  service_tier: "auto",
  speed: null,
  diagnostics: null,
  output_config: { effort: "high", task_budget: 5 },
  x_unknown: { a: 1 },
  x_null: null,
};

test("what is dropped, known and unknown", () => {
  expect(nonSemanticFields(request)).toEqual([
    "metadata",
    "service_tier",
    "output_config.task_budget",
    "x_unknown",
    "messages.0.bar",
    "messages.0.content.0.foo",
  ]);
});

test("only the unknown", () => {
  expect(unknownFields(request)).toEqual(["x_unknown", "messages.0.bar", "messages.0.content.0.foo"]);
  expect(unknownFields({ constructor: 1, toString: 2 })).toEqual(["constructor", "toString"]);
});

test("nothing in what is no request", () => {
  expect(nonSemanticFields("x")).toEqual([]);
  expect(unknownFields({ messages: "x" })).toEqual([]);
});
