/** Tests started past npm would silently run on whatever Node is on PATH. */
export default function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 22)) {
    throw new Error(
      `Node ${process.versions.node} is too old for the tests: run them with \`npm test\`, which uses the project's own Node`,
    );
  }
}
