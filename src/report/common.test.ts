import { expect, test } from "vitest";
import type { CaseResult } from "../conformance/types.ts";
import { commonFindings } from "./common.ts";

function failed(id: string, ...messages: string[]): CaseResult {
  const findings = messages.map((message) => ({ rule: "SC4", message, evidence: `sent by ${id}` }));
  return { id, findings } as unknown as CaseResult;
}

const LACKS = "stop_sequence is absent";

test.each<[string, CaseResult[], [string, string[]][]]>([
  ["nothing", [], []],
  ["two cases are not many", [failed("a", LACKS), failed("b", LACKS)], []],
  ["three are", [failed("a", LACKS), failed("b", LACKS), failed("c", LACKS)], [[LACKS, ["a", "b", "c"]]]],
  ["one case over both upstreams is one", [failed("a", LACKS), failed("a", LACKS), failed("b", LACKS)], []],
  [
    "whatever the send and the way",
    [failed("a", `[1, json] ${LACKS}`), failed("b", `(in turn) [x, stream] ${LACKS}`), failed("c", LACKS)],
    [[LACKS, ["a", "b", "c"]]],
  ],
  [
    "the most frequent first",
    [failed("a", "x", LACKS), failed("b", "x", LACKS), failed("c", "x", LACKS), failed("d", LACKS)],
    [
      [LACKS, ["a", "b", "c", "d"]],
      ["x", ["a", "b", "c"]],
    ],
  ],
])("%s", (_name, cases, expected) => {
  expect(commonFindings(cases).list.map(({ message, cases: ids }) => [message, ids])).toEqual(expected);
});

test("a finding refers to the common one by its letter, and shows the first evidence", () => {
  const cases = [failed("a", LACKS, "own"), failed("b", LACKS), failed("c", `[1] ${LACKS}`)];
  const common = commonFindings(cases);
  expect(common.list).toMatchObject([{ letter: "A", evidence: "sent by a" }]);
  expect(cases[2]?.findings.map((finding) => common.of(finding)?.letter)).toEqual(["A"]);
  expect(cases[0]?.findings.map((finding) => common.of(finding)?.letter)).toEqual(["A", undefined]);
});

test("letters do not run out", () => {
  const messages = Array.from({ length: 28 }, (_, n) => `m${n}`);
  const letters = commonFindings(["a", "b", "c"].map((id) => failed(id, ...messages))).list.map(
    ({ letter }) => letter,
  );
  expect(letters.slice(-3)).toEqual(["Z", "A2", "B2"]);
});
