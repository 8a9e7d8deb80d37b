/** The oldest Node the programs run on; `engines` in package.json says the same. */
const OLDEST = [22, 22] as const;

/**
 * One line for a Node that is too old, or null. Kept in the syntax of old Nodes, so that they can
 * still read it.
 */
export function nodeComplaint(program: string, version: string): string | null {
  const parts = version.split(".").map(Number);
  const major = parts[0] || 0;
  const minor = parts[1] || 0;
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null;
  return (
    `node-too-old: ${program} needs Node ${OLDEST.join(".")} or newer, this is ${version}: ` +
    "get a newer one from https://nodejs.org\n"
  );
}
