// Compiles `src` to `dist`, and the suites to `dist/suites.json`. Runs from `npm ci` (prepare) and before packing.
import { spawnSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

rmSync(join(root, "dist"), { recursive: true, force: true });
const built = spawnSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], {
  stdio: "inherit",
  cwd: root,
});
if (built.status !== 0) process.exit(built.status ?? 1);
// The suites, parsed and checked once. Without them the programs read the YAML: slower, otherwise the same.
const suites = join(root, "dist", "conformance", "compile-suites.js");
spawnSync(process.execPath, [suites], { stdio: "inherit", cwd: root });
for (const program of ["bridge-conformance", "claude-bridge"])
  chmodSync(join(root, "dist", "cli", `${program}.js`), 0o755);
