#!/usr/bin/env node
import { nodeComplaint } from "./node-gate.ts";

const complaint = nodeComplaint("bridge-conformance", process.versions.node);
if (complaint === null) {
  void import("./conformance-main.ts").then((main) => main.conformanceMain(process.argv.slice(2)));
} else {
  process.stderr.write(complaint);
  process.exitCode = 3;
}
