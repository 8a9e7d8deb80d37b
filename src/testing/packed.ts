import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const LEFT_OUT = new Set(["node_modules", "dist", ".git", ".artifacts"]);

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** This Node first on PATH, and none of the project's own programs. */
function plainPath(): string {
  const inherited = (process.env["PATH"] ?? "").split(delimiter);
  const others = inherited.filter((folder) => !/node_modules[\\/]\.bin|node-gyp-bin/.test(folder));
  return [dirname(process.execPath), ...others].join(delimiter);
}

/** Runs a program as a user's shell would: without the variables that npm gives to scripts, with its certificates. */
export function run(program: string, args: readonly string[], cwd: string): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|VITEST|NODE_(?!EXTRA_CA_CERTS$))/.test(name),
  );
  const env = { ...Object.fromEntries(inherited), PATH: plainPath() };
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd, env, maxBuffer: 1 << 26 }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
    child.stdin?.end();
  });
}

/**
 * `npm pack` in a copy of the project, built anew: the checkout's own `dist` stays as it is.
 * @returns the path of the tarball
 */
export async function pack(folder: string): Promise<string> {
  const copy = join(folder, "project");
  cpSync(PROJECT, copy, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) });
  symlinkSync(join(PROJECT, "node_modules"), join(copy, "node_modules"), "dir");
  const packed = await run("npm", ["pack", "--pack-destination", folder], copy);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (packed.code !== 0 || tarball === undefined)
    throw new Error(`npm pack: ${packed.stdout}${packed.stderr}`);
  return join(folder, tarball);
}

/** Installs a tarball into an empty folder, from npm's cache as far as it reaches. */
export async function installIn(folder: string, tarball: string): Promise<Ran> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"name":"consumer","private":true,"type":"module"}\n');
  return run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], folder);
}
