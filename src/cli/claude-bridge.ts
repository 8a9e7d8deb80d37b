#!/usr/bin/env node
import { nodeComplaint } from "./node-gate.ts";

const complaint = nodeComplaint("claude-bridge", process.versions.node);
if (complaint === null) {
  void import("./bridge-main.ts").then((main) => main.bridgeMain(process.argv.slice(2)));
} else {
  process.stderr.write(complaint);
  process.exitCode = 3;
}
