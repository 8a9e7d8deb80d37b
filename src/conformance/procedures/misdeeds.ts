import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ToolUse } from "../tool-uses.ts";

const WRITERS: ReadonlySet<string> = new Set(["Edit", "Write"]);

/**
 * Tools of the client that did otherwise than they said, one sentence each: an edit that was told as done and is
 * not on the disk, a file that was read as something else. What a later command may have changed is not judged.
 * @param before texts of the folder's files at the start, by their paths in it
 */
export async function misdeedsIn(
  uses: readonly ToolUse[],
  cwd: string,
  before: Readonly<Record<string, string>>,
): Promise<string[]> {
  const found: string[] = [];
  for (const [at, use] of uses.entries()) {
    const path = typeof use.input["file_path"] === "string" ? resolve(cwd, use.input["file_path"]) : null;
    if (path === null || use.result === null || use.result.isError) continue;
    const touches = (other: ToolUse): boolean => changes(other, path, cwd);
    if (WRITERS.has(use.name) && !uses.slice(at + 1).some(touches)) {
      const wrong = await lacksEdit(use, path);
      if (wrong) found.push(`${use.name} said that it had changed ${nameIn(cwd, path)}, and it had not`);
    }
    if (use.name === "Read" && isWhole(use) && !uses.slice(0, at).some(touches)) {
      const text = before[nameIn(cwd, path)];
      if (text !== undefined && !holdsLines(use.result.text, text))
        found.push(`Read gave another text than that of ${nameIn(cwd, path)}`);
    }
  }
  return found;
}

function changes({ name, input }: ToolUse, path: string, cwd: string): boolean {
  if (name === "Bash") return true;
  return WRITERS.has(name) && resolve(cwd, String(input["file_path"])) === path;
}

async function lacksEdit({ name, input }: ToolUse, path: string): Promise<boolean> {
  const wanted = input[name === "Write" ? "content" : "new_string"];
  if (typeof wanted !== "string") return false;
  const text = await readFile(path, "utf8").catch(() => null);
  return text === null || !plain(text).includes(plain(wanted));
}

function isWhole({ input }: ToolUse): boolean {
  return input["offset"] === undefined && input["limit"] === undefined;
}

function holdsLines(told: string, text: string): boolean {
  return text.split("\n").every((line) => told.includes(line.trim()));
}

/** Without white space, quotes straight: the client mends both. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, "").replaceAll(/[“”]/g, '"').replaceAll(/[‘’]/g, "'");
}

function nameIn(cwd: string, path: string): string {
  return path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path;
}
