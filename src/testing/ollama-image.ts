import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const SOURCES = ["package.json", "src/scripted", "src/wire", "src/testing/container", "fixtures/scripts"];
const MAIN = "/app/src/testing/container/ollama-main.ts";

/** The engine that tests may use; undefined where there is none. `scripts/engine.sh up DIR` starts one. */
export const TEST_ENGINE: string | undefined = process.env["BRIDGE_CONFORMANCE_TEST_DOCKER"];

/** Docker's own command on that engine; gives what it printed. */
export function docker(...args: string[]): string {
  const env = { ...process.env, DOCKER_HOST: TEST_ENGINE ?? "" };
  return execFileSync("docker", args, { env, encoding: "utf8", maxBuffer: 1 << 28, stdio: "pipe" }).trim();
}

/** Libraries that a program is linked with. */
function libraries(program: string): string[] {
  const listed = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...listed.matchAll(/(?:=> |^\s+)(\/\S+)/gm)].map(([, path = ""]) => path);
}

/** Imports an image made here, without a registry: this Node, its libraries, and the scripted Ollama. */
export function importOllamaImage(name: string): void {
  const root = mkdtempSync(join(tmpdir(), "bc-image-"));
  const copy = (from: string, to: string): void =>
    cpSync(from, join(root, to), { recursive: true, dereference: true });
  try {
    for (const folder of ["tmp", "root", "etc"]) mkdirSync(join(root, folder));
    copy(process.execPath, "bin/node");
    for (const path of libraries(process.execPath)) copy(path, path);
    for (const path of SOURCES) copy(join(PROJECT, path), join("app", path));
    copy(join(PROJECT, "node_modules/yaml"), "app/node_modules/yaml");
    writeFileSync(join(root, "etc/hosts"), "127.0.0.1 localhost\n");
    const archive = join(root, "..", `${root.split("/").at(-1)}.tar`);
    execFileSync("tar", ["-C", root, "-cf", archive, "."]);
    try {
      const entry = `ENTRYPOINT ["/bin/node","${MAIN}"]`;
      docker("import", "-c", entry, "-c", "EXPOSE 11434", archive, name);
    } finally {
      rmSync(archive);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Another image of the same files, which misbehaves in one of the ways of `ollama-main.ts`. */
export function misbehavingImage(base: string, name: string, change: string): void {
  const id = docker("create", base);
  docker("commit", "--change", change, id, name);
  docker("rm", id);
}
