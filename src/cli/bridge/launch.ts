import { randomBytes } from "node:crypto";
import { totalmem } from "node:os";
import { join } from "node:path";
import { isHere } from "../../backends/profile/host.ts";
import { createLogger, SILENT, type Logger } from "../../bridge/log.ts";
import type { BridgeSeams } from "../../bridge/bridge.ts";
import type { Bridge } from "../../bridge/options.ts";
import { ClaudeMissing, locateClaude } from "../../launch/find-claude.ts";
import { launchClaude } from "../../launch/launch-claude.ts";
import { modelFacts } from "../../launch/model-facts.ts";
import type { ModelFacts } from "../../launch/profile.ts";
import type { BridgeArguments } from "./arguments.ts";
import { clientSetup } from "./client-setup.ts";
import { note } from "./note.ts";
import type { Upstream } from "./providers.ts";
import { bridgeFrom, bridgeOptionsOf } from "./start.ts";
import { isLocal, summaryLine } from "./summary.ts";
import { SEARCH_KEYS } from "./web.ts";

const LOG_DIR = ".claude-bridge";

/** What a server says of its model at once takes less. */
const PATIENCE_MS = 3_000;

/** Claude Code has the terminal to itself, so requests are logged to a file. */
async function requestLog(args: BridgeArguments): Promise<Logger> {
  if (!args.debug) return SILENT;
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, "-");
  const file = join(args.logDir ?? LOG_DIR, `bridge-${stamp}.log`);
  note(`requests are logged in ${file}`);
  return createLogger({ level: "debug", file });
}

function binaryOf(args: BridgeArguments): string {
  const binary = locateClaude(args.claudeBinary);
  if (binary !== null) return binary;
  throw new ClaudeMissing(
    "there is no Claude Code on PATH: npm install -g @anthropic-ai/claude-code, or give --claude-binary",
  );
}

/** One session of Claude Code on one model. */
class Session {
  readonly #upstream: Upstream;
  readonly #model: string;
  readonly #claudeArgs: readonly string[];
  readonly #args: BridgeArguments;
  readonly #binary: string;
  readonly #token = randomBytes(24).toString("base64url");
  readonly #secrets: string[];

  constructor(upstream: Upstream, model: string, claudeArgs: readonly string[], args: BridgeArguments) {
    this.#upstream = upstream;
    this.#model = model;
    this.#claudeArgs = claudeArgs;
    this.#args = args;
    this.#binary = binaryOf(args);
    const names = Object.values(SEARCH_KEYS);
    this.#secrets = [upstream.apiKey ?? "", ...names.map((name) => process.env[name] ?? "")];
  }

  async run(): Promise<number> {
    const [log, near] = [await requestLog(this.#args), await isLocal(this.#upstream.baseUrl)];
    const asked = { model: this.#model, args: this.#args, authToken: this.#token, log };
    const options = bridgeOptionsOf({ ...asked, upstream: this.#upstream });
    const here = isHere(this.#upstream.baseUrl);
    const facts = await this.#told(modelFacts(options, this.#model, here ? totalmem() : null));
    const local = near && facts.remote !== true;
    const { contextWindow } = facts;
    const flags = here && options.provider === "ollama" && contextWindow !== null ? { contextWindow } : {};
    const start = { ...asked, flags };
    const client = (url: string): Promise<Ended> => this.#client(url, facts, local);
    let bridge: Bridge | undefined;
    const bridgeFor = (baseUrl: string, seams: BridgeSeams = {}): Bridge =>
      (bridge = bridgeFrom({
        ...start,
        upstream: { ...this.#upstream, baseUrl },
        recorded: this.#args.trace,
        seams,
      }));
    try {
      return await (this.#args.trace
        ? this.#traced(bridgeFor, flags, client)
        : this.#plain(bridgeFor, client));
    } finally {
      const line = bridge === undefined ? null : summaryLine(bridge.metrics, local);
      if (line !== null && !this.#args.quiet) note(line);
    }
  }

  /** An Ollama behind `/v1` has to load the model first. */
  async #told<T>(facts: Promise<T>): Promise<T> {
    const { baseUrl } = this.#upstream;
    const told = setTimeout(() => note(`waiting for ${baseUrl} to load ${this.#model}`), PATIENCE_MS);
    return facts.finally(() => clearTimeout(told));
  }

  async #plain(bridgeFor: (baseUrl: string) => Bridge, client: RunClient): Promise<number> {
    const bridge = bridgeFor(this.#upstream.baseUrl);
    try {
      return (await client((await bridge.listen()).url)).exitCode;
    } finally {
      await bridge.close();
    }
  }

  async #traced(
    bridgeFor: (baseUrl: string, seams: BridgeSeams) => Bridge,
    flags: Partial<ModelFacts>,
    client: RunClient,
  ): Promise<number> {
    const [{ traced }, { findClaude }] = await Promise.all([
      import("./trace.ts"),
      import("../../launch/find-claude.ts"),
    ]);
    return traced({
      upstream: this.#upstream,
      model: this.#model,
      token: this.#token,
      args: this.#args,
      claudeArgs: this.#claudeArgs,
      claudeVersion: (await findClaude(this.#binary))?.version ?? null,
      secrets: this.#secrets,
      bridgeFor,
      flags,
      run: client,
    });
  }

  async #client(url: string, facts: ModelFacts, local: boolean): Promise<Ended> {
    const { maxOutputTokens, debug, quiet } = this.#args;
    const setup = clientSetup(
      {
        baseUrl: url,
        token: this.#token,
        model: this.#model,
        facts,
        free: local,
        secrets: this.#secrets,
        ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      },
      this.#claudeArgs,
      process.env,
      process.cwd(),
    );
    if (!quiet) setup.warnings.forEach(note);
    if (debug) note(`${this.#binary} talks to ${url}, which talks to ${this.#upstream.baseUrl}`);
    if (debug) setup.remarks.forEach(note);
    const { exitCode } = await launchClaude({ binary: this.#binary, args: setup.args, env: setup.env });
    return { exitCode, env: setup.env };
  }
}

interface Ended {
  exitCode: number;
  env: Record<string, string>;
}

type RunClient = (url: string) => Promise<Ended>;

/**
 * Starts a bridge and Claude Code against it; ends when Claude Code does.
 * @returns Claude Code's exit code
 */
export async function launch(
  upstream: Upstream,
  model: string,
  claudeArgs: readonly string[],
  args: BridgeArguments,
): Promise<number> {
  if (args.trace) (await import("./trace.ts")).refuseTrace(process.env);
  return new Session(upstream, model, claudeArgs, args).run();
}
