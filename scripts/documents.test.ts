import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadSuites } from "../src/conformance/load.ts";

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), "..");

function read(document: string): string {
  return readFileSync(join(PROJECT, document), "utf8");
}

function help(program: string, ...args: string[]): string {
  const entry = join(PROJECT, "src", "cli", `${program}.ts`);
  return execFileSync(process.execPath, [entry, ...args, "--help"], { encoding: "utf8" });
}

function optionsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/(?<![\w-])--[a-zA-Z][\w-]*/g)].map(([option]) => option))];
}

test.each(["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "suites/README.md"])(
  "every relative link of %s leads somewhere",
  (document) => {
    const targets = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, target = ""]) => target,
    );
    expect(targets.filter((target) => !existsSync(join(PROJECT, dirname(document), target)))).toEqual([]);
  },
);

test("every file that ARCHITECTURE.md names is there", () => {
  const named = [...read("ARCHITECTURE.md").matchAll(/`([\w./-]+(?:\.ts|\/))`/g)].map(
    ([, path = ""]) => path,
  );
  const roots = ["", "src", "src/translate", "src/conformance", "src/upstream", "src/scripted"];
  const missing = named.filter((path) => !roots.some((root) => existsSync(join(PROJECT, root, path))));
  expect(named.length).toBeGreaterThan(40);
  expect(missing).toEqual([]);
});

test("every option of claude-bridge in the README is in its help", () => {
  const section = /## Claude Code on your model\n(.*?)\n## /s.exec(read("README.md"))?.[1] ?? "";
  const known = optionsIn(help("claude-bridge"));
  expect(optionsIn(section).filter((option) => !known.includes(option))).toEqual([]);
});

test("every command line of bridge-conformance in the README names what its help lists", () => {
  const lines = [...read("README.md").matchAll(/(?:^|&& )npx bridge-conformance[^\n#]*/gm)].map(
    ([line]) => line,
  );
  const unknown = lines.flatMap((line) => {
    const ours = /npx bridge-conformance(.*?)(?: -- |&&|>|$)/.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
    const [first = "run"] = ours;
    const command = first.startsWith("-") ? "run" : first;
    const known = optionsIn(help("bridge-conformance", command));
    return optionsIn(ours.join(" ")).filter((option) => !known.includes(option));
  });
  expect(lines.length).toBeGreaterThan(5);
  expect(unknown).toEqual([]);
});

const SUITES = await loadSuites();
const CASES = new Set(SUITES.flatMap(({ cases }) => cases.map(({ id }) => id)));

/** What the predecessor listed as missing, and the report that this project began with. */
const LIMITATIONS = [
  "token usage and cost",
  "image uploads",
  "input caching",
  "web search and fetch",
  "model-specific features",
  "thinking",
  "cryptic errors",
  "tool schemas",
  "streaming",
  '"Cannot specify both allowed_domains and blocked_domains"',
];

function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

/** Rows of the table under a heading, as cells. */
function tableUnder(heading: string): string[][] {
  const section = read("README.md").split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(1).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("what works has a row for each limitation", () => {
  expect(tableUnder("What works").map(([name]) => name)).toEqual(LIMITATIONS);
});

test.each(LIMITATIONS)("what works, %s: at least one case proves it", (limitation) => {
  const proof = tableUnder("What works").find(([name]) => name === limitation)?.[2] ?? "";
  expect(codeIn(proof).filter((id) => CASES.has(id))).not.toEqual([]);
});

test("every case that the README names is in the suites", () => {
  const suites = SUITES.map(({ suite }) => suite).join("|");
  const named = codeIn(read("README.md")).filter((code) => new RegExp(`^(${suites})\\.[\\w.-]+$`).test(code));
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((id) => !CASES.has(id))).toEqual([]);
});

test("what works names cases and tests that are there, and nothing else", () => {
  const proofs = tableUnder("What works").flatMap(([, , proof = ""]) => codeIn(proof));
  expect(proofs.filter((name) => !CASES.has(name) && !existsSync(join(PROJECT, name)))).toEqual([]);
});
