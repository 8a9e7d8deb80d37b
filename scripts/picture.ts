/**
 * `npm run picture`: runs the command that the README shows, in a real terminal of 100 columns, and
 * draws its report as `docs/report.svg`. Needs `script` (util-linux).
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ansiToSvg } from "./ansi-svg.ts";

const COMMAND = "npx bridge-conformance";
const PICTURE = join(dirname(fileURLToPath(import.meta.url)), "..", "docs", "report.svg");

const { NO_COLOR: _none, ...env } = process.env;
const terminal = `stty cols 100 rows 50 && ${COMMAND} 2>/dev/null`;
const ran = spawnSync("script", ["--quiet", "--return", "--command", terminal, "/dev/null"], {
  env,
  stdio: ["ignore", "pipe", "inherit"],
  encoding: "utf8",
});
if (ran.error !== undefined) throw ran.error;
if (ran.status !== 0) throw new Error(`${COMMAND} ended with ${ran.status}:\n${ran.stdout}`);
mkdirSync(dirname(PICTURE), { recursive: true });
writeFileSync(PICTURE, ansiToSvg(ran.stdout.replaceAll("\r\n", "\n"), COMMAND));
