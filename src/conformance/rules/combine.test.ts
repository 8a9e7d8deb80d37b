import { expect, test } from "vitest";
import type { Finding } from "../../strict/finding.ts";
import type { Expectation } from "../case.ts";
import { judgeExpectations } from "./index.ts";
import type { RuleContext } from "./rule.ts";

function judge(expectation: Expectation, status: number, notes?: string): Finding[] {
  const headers = notes === undefined ? [] : [["x-bridge-notes", notes]];
  const response = { status, headers, body: new Uint8Array(), chunks: [], end: "complete" };
  const exchange = { response, text: "" } as unknown as RuleContext["exchange"];
  return judgeExpectations([expectation], { exchange, earlier: [], dialect: "openai", upstreamOrigin: null });
}

const OR_NOTE = { "or-note": { note: "dropped-it", expect: [{ status: 201 }] } };

test.each<[title: string, status: number, notes: string | undefined, found: string[]]>([
  ["held", 201, undefined, []],
  ["not held, nothing said", 200, undefined, ["status error"]],
  ["not held, another note", 200, "dropped-it-not, other", ["status error"]],
  ["not held, but said so", 200, "other,dropped-it", ["degraded warning"]],
])("or-note: %s", (_title, status, notes, found) => {
  expect(judge(OR_NOTE, status, notes).map(({ rule, severity }) => `${rule} ${severity}`)).toEqual(found);
});

test("a branch of one-of may be a drop with a note", () => {
  const found = judge({ "one-of": [[{ status: 500 }], [OR_NOTE]] }, 200, "dropped-it");
  expect(found.map(({ rule }) => rule)).toEqual(["degraded"]);
});
