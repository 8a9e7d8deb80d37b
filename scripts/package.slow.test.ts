import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installIn, pack, run } from "../src/testing/packed.ts";

const PROGRAMS = ["bridge-conformance", "claude-bridge"] as const;
const PROJECT = join(dirname(fileURLToPath(import.meta.url)), "..");
const manifest = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { version: string };

let folder = "";
let tarball = "";
let files: string[] = [];

/** Where the tarball was installed. */
const consumer = (): string => join(folder, "consumer");
const installed = (): string => join(consumer(), "node_modules", "bridge-conformance");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "packed-"));
  tarball = await pack(folder);
  files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");
  const { code, stderr } = await installIn(consumer(), tarball);
  if (code !== 0) throw new Error(`npm install of the tarball (it needs the npm registry): ${stderr}`);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("publint finds nothing to say about the tarball", async () => {
  const packed = readFileSync(tarball);
  const bytes = packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.byteLength);
  const { messages } = await publint({ pack: { tarball: bytes }, strict: true });
  expect(messages).toEqual([]);
});

test("the tarball holds what runs and nothing else", () => {
  const known =
    /^package\/(dist|suites|cassettes|fixtures\/(scripts|images|pdf))\/|^package\/[A-Z]+(\.md)?$|^package\/package\.json$/;
  expect(files.filter((file) => !known.test(file))).toEqual([]);
  expect(files.filter((file) => /\.test\.|\/testing\/|fixtures\/(wire|mutants)\//.test(file))).toEqual([]);
});

test.each(PROGRAMS)("%s --help and --version", async (program) => {
  const help = await run("npx", [program, "--help"], consumer());
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining(program) });
  const version = await run("npx", [program, "--version"], consumer());
  expect(version).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
});

test("a report, exit 0", async () => {
  const { code, stdout, stderr } = await run("npx", ["bridge-conformance", "--format", "json"], consumer());
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  const report = JSON.parse(stdout) as { exitCode: number; headline: { bridge: { must: object } } };
  expect(report.exitCode).toBe(0);
  const { pass, total } = report.headline.bridge.must as { pass: number; total: number };
  expect(pass).toBe(total);
  expect(total).toBeGreaterThan(100);
});

/** `process.versions.node` answers 20.9.0: what the entry sees on such a Node. */
const PRETEND_OLD =
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.9.0"}})';

/** The machine's own Node, when it is too old for the programs: then it is the better witness. */
async function reallyOld(): Promise<string[]> {
  const found = await run("which", ["-a", "node"], folder);
  const old: string[] = [];
  for (const path of new Set(found.stdout.trim().split("\n"))) {
    const { stdout } = await run(path, ["--version"], folder);
    if (/^v(1\d|20|21)\./.test(stdout)) old.push(path);
  }
  return old;
}

test.each(PROGRAMS)("%s on a Node that is too old: one line, exit 3", async (program) => {
  const entry = join(installed(), "dist", "cli", `${program}.js`);
  const runs = [[process.execPath, "--import", PRETEND_OLD], ...(await reallyOld()).map((path) => [path])];
  for (const [node = "", ...options] of runs) {
    expect(await run(node, [...options, entry, "--help"], consumer())).toEqual({
      code: 3,
      stdout: "",
      stderr: expect.stringMatching(new RegExp(`^node-too-old: ${program} needs Node 22\\.22 [^\\n]*\\n$`)),
    });
  }
});

test("a consumer compiles against the library and runs it", async () => {
  writeFileSync(
    join(consumer(), "consumer.ts"),
    `import { checkStream, createBridge, translateRequest, translateStream } from "bridge-conformance";
const bridge = createBridge({ provider: "ollama", baseUrl: "http://127.0.0.1:9", model: "none" });
const response: Response = await bridge.fetch(new Request("http://bridge/v1/nothing"));
const findings: readonly { rule: string }[] = checkStream(new Uint8Array());
console.log(response.status, findings.length > 0, typeof translateRequest, typeof translateStream);
await bridge.close();
`,
  );
  const tsc = join(PROJECT, "node_modules", "typescript", "bin", "tsc");
  const types = join(PROJECT, "node_modules", "@types");
  const options = ["--strict", "--module", "nodenext", "--target", "es2024", "--typeRoots", types];
  const compiled = await run(
    process.execPath,
    [tsc, ...options, "--types", "node", "consumer.ts"],
    consumer(),
  );
  expect(compiled).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await run(process.execPath, ["consumer.js"], consumer())).toEqual({
    code: 0,
    stdout: "404 true function function\n",
    stderr: "",
  });
});
