import { expect, test } from "vitest";
import { loadSuites, parseSuite } from "./load.ts";

const HEAD = "suite: a\ntitle: A\ndefaults: {}\ncases:\n";
const CASE = "  - { id: a.b, level: MUST, kinds: [wire], title: T, spec: [{ source: S }], ";

test("the package's own suites load, with distinct ids", async () => {
  const ids = (await loadSuites()).flatMap(({ cases }) => cases.map(({ id }) => id));
  expect(ids.length).toBeGreaterThan(30);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([
  ["no YAML", "suite: [", /^f\.yaml:1:\d+: /],
  [
    "a level that is none",
    `${HEAD}${CASE.replace("MUST", "HARD")} sends: [{}] }`,
    /^f\.yaml:5:\d+: cases\.0\.level must be/,
  ],
  ["an unknown key", `${HEAD}${CASE} sends: [{ anwser: [] }] }`, /^f\.yaml:5:\d+: .*"anwser"/],
  [
    "an id of another suite",
    `${HEAD}${CASE.replace("a.b", "c.b")} sends: [{}] }`,
    /^f\.yaml:5:11: id "c\.b" is not of suite a/,
  ],
  [
    "an id used twice",
    `${HEAD}${CASE} sends: [{}] }\n${CASE} sends: [{}] }`,
    /^f\.yaml:6:11: id "a\.b" is used twice/,
  ],
  [
    "an unknown rule",
    `${HEAD}${CASE} sends: [{ expect: [nothing] }] }`,
    /^f\.yaml:5:\d+: no rule is called "nothing"/,
  ],
  [
    "a rule deep in `each`",
    `${HEAD}${CASE} sends: [{ each: [{ expect: [nothing] }] }] }`,
    /^f\.yaml:5:\d+: no rule is called/,
  ],
  [
    "wrong arguments",
    `${HEAD}${CASE} sends: [{ expect: [{ status: x }] }] }`,
    /^f\.yaml:5:\d+: rule status: arguments must be/,
  ],
  [
    "an unknown procedure",
    `${HEAD}${CASE} procedure: nothing }`,
    /^f\.yaml:5:\d+: no procedure is called "nothing"/,
  ],
  ["neither sends nor procedure", `${HEAD}${CASE} }`, /^f\.yaml:5:\d+: .*sends/],
])("%s: file, line and column", async (_what, text, expected) => {
  await expect(parseSuite(text, "f.yaml")).rejects.toThrow(expected);
});

test("an id that another file has is refused", async () => {
  await expect(parseSuite(`${HEAD}${CASE} sends: [{}] }`, "f.yaml", new Set(["a.b"]))).rejects.toThrow(
    /used twice/,
  );
});
