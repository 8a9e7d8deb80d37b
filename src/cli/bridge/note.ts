/** A line for people. Standard output is Claude Code's. */
export function note(line: string): void {
  process.stderr.write(`claude-bridge: ${line}\n`);
}
