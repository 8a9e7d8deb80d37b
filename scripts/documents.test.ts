import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

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
  const roots = ["", "src", "src/translate", "src/conformance", "src/upstream"];
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
