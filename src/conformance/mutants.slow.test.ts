import { beforeAll, describe, expect, test } from "vitest";
import { copySources, loadMutants, sabotage, type Mutant } from "../testing/mutants.ts";
import { loadSuites } from "./load.ts";
import type { CaseResult } from "./types.ts";

/** Each run is a process that keeps a core busy. */
const AT_ONCE = 2;

/** Numbers of the catalogue that must have a mutant. */
const REQUIRED = [4, 6, 10, 13, 18, 20, 21];

const mutants = await loadMutants();
const named = [...new Set(mutants.flatMap(({ killedBy }) => killedBy))];

/** Rows of the report per mutant; the sources as they are under null. */
const runs = new Map<Mutant | null, CaseResult[]>();

beforeAll(async () => {
  const queue = [null, ...mutants];
  const lane = async (): Promise<void> => {
    const copy = await copySources();
    try {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift())
        runs.set(mutant, await copy.run(mutant, mutant?.killedBy ?? named));
    } finally {
      await copy.remove();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}, 600_000);

/** One line per mutant and case: what each upstream's row says. */
function matrix(): string {
  return mutants
    .flatMap((mutant) =>
      mutant.killedBy.map(
        (id) => `${String(mutant.catalogue).padStart(3)} ${mutant.id}: ${id} ${verdicts(mutant, id)}`,
      ),
    )
    .join("\n");
}

function verdicts(mutant: Mutant, id: string): string {
  return rowsOf(mutant, id)
    .map(({ upstream, verdict }) => `${upstream ?? "wire"}=${verdict}`)
    .join(" ");
}

function rowsOf(mutant: Mutant | null, id: string): CaseResult[] {
  return (runs.get(mutant) ?? []).filter((row) => row.id === id);
}

describe("the mutants", () => {
  test("are ten at least, in one file of the translator each, and hold the required faults", () => {
    expect(mutants.length).toBeGreaterThanOrEqual(10);
    const numbers = new Set(mutants.map(({ catalogue }) => catalogue));
    expect(REQUIRED.filter((number) => !numbers.has(number))).toEqual([]);
    expect(mutants.filter(({ file }) => !file.startsWith("src/translate/"))).toEqual([]);
  });

  test.each(mutants)("$id changes one place", async (mutant) => {
    const { search, replace } = mutant;
    expect(search).not.toBe(replace);
    expect(await sabotage(mutant)).toContain(replace);
  });

  test("name cases that exist", async () => {
    const known = new Set((await loadSuites()).flatMap(({ cases }) => cases.map(({ id }) => id)));
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });
});

describe("the kill matrix", () => {
  test("the unmutated bridge passes every named case", () => {
    const rows = runs.get(null) ?? [];
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(named));
    const wrong = rows.filter(({ verdict }) => verdict !== "pass");
    expect(wrong.map(({ id, upstream, findings }) => [id, upstream, findings[0]?.message])).toEqual([]);
  });

  test.each(mutants)("$catalogue $id: $title", (mutant) => {
    const survived = mutant.killedBy.filter(
      (id) => !rowsOf(mutant, id).some(({ verdict }) => verdict === "fail"),
    );
    expect(survived, `${mutant.id} survives; the matrix:\n${matrix()}`).toEqual([]);
  });
});
