/** `npm run picture`: runs the command that the README shows and draws its report as `docs/report.svg`. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ansiToSvg } from "./ansi-svg.ts";

const COMMAND = ["npx", "bridge-conformance"] as const;
const PICTURE = join(dirname(fileURLToPath(import.meta.url)), "..", "docs", "report.svg");

const { NO_COLOR: _none, ...env } = process.env;
const [program, ...args] = COMMAND;
const ran = spawnSync(program, args, {
  env: { ...env, FORCE_COLOR: "1", COLUMNS: "110" },
  stdio: ["ignore", "pipe", "inherit"],
  encoding: "utf8",
});
if (ran.status !== 0) throw new Error(`${COMMAND.join(" ")} ended with ${ran.status}:\n${ran.stdout}`);
mkdirSync(dirname(PICTURE), { recursive: true });
writeFileSync(PICTURE, ansiToSvg(ran.stdout, COMMAND.join(" ")));
