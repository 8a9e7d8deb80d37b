import { defaultBaseUrl, ollamaBaseUrl } from "../../backends/base-url.ts";
import { listModels } from "../../backends/list-models.ts";
import { findClaude } from "../../launch/find-claude.ts";
import type { ExitCode } from "../exit.ts";
import { engineFindings } from "./doctor.engine.ts";
import type { DoctorArguments } from "./doctor.ts";

export interface Finding {
  /** What was looked for. */
  name: string;
  here: boolean;
  /** Where it is and which, or what was seen instead. */
  detail: string;
  /** What works only with it. Absent: nothing works without it. */
  neededFor?: string;
  /** How to get it; said when it is missing. */
  how?: string;
}

async function claudeFinding(explicit: string | undefined): Promise<Finding> {
  const found = await findClaude(explicit).catch(() => null);
  const missing = explicit === undefined ? "not on PATH" : `${explicit} cannot be started`;
  return {
    name: "Claude Code",
    here: found !== null,
    detail: found === null ? missing : `${found.version ?? "unknown version"} (${found.path})`,
    how: "npm install -g @anthropic-ai/claude-code, or --claude-binary PATH",
  };
}

async function ollamaFinding(env: NodeJS.ProcessEnv): Promise<Finding> {
  const { here, detail } = await ollamaThere(env);
  return {
    name: "Ollama",
    here,
    detail,
    neededFor: "--model NAME without --base-url, unless there is Docker",
    how: 'https://ollama.com/download, then "ollama serve" and "ollama pull NAME"; OLLAMA_HOST says where it is',
  };
}

async function ollamaThere(env: NodeJS.ProcessEnv): Promise<Pick<Finding, "here" | "detail">> {
  try {
    const baseUrl = ollamaBaseUrl(env);
    const models = await listModels({ provider: "ollama", baseUrl, timeoutMs: 2000 });
    return { here: true, detail: `${baseUrl}: ${models.length === 0 ? "no models" : models.join(", ")}` };
  } catch (error) {
    return { here: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function nodeFinding(): Finding {
  return { name: "Node", here: true, detail: `${process.versions.node} (${process.execPath})` };
}

export async function lookAround(
  claudeBinary: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const [claude, ollama, engine] = await Promise.all([
    claudeFinding(claudeBinary),
    ollamaFinding(env),
    engineFindings(env),
  ]);
  return [nodeFinding(), claude, ollama, ...engine];
}

/** One line per finding, and one on how to get what is missing. */
export function report(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ name, here, detail, neededFor, how }) => {
    const line = `${here ? "here   " : "missing"}  ${name.padEnd(12)}${detail}`;
    const need = neededFor === undefined ? "" : `  (needed for: ${neededFor})`;
    return here ? [line] : [line + need, `${" ".repeat(21)}get it: ${how}`];
  });
  return `${lines.join("\n")}\n`;
}

/** 3 when something is missing that everything needs. */
export function verdict(findings: readonly Finding[]): ExitCode {
  return findings.some(({ here, neededFor }) => !here && neededFor === undefined) ? 3 : 0;
}

export async function doctor(argv: DoctorArguments): Promise<ExitCode> {
  const findings = await lookAround(argv["claude-binary"], process.env);
  process.stdout.write(report(findings));
  process.stdout.write(`\n${await tokenCounts(argv)}`);
  return verdict(findings);
}

/** How far the estimate of `count_tokens` is from what a model's server reports. @throws CliError exit 3 */
async function tokenCounts(argv: DoctorArguments): Promise<string> {
  const { model, provider = argv["base-url"] === undefined ? "ollama" : "openai" } = argv;
  if (model === undefined)
    return "Token counts: --model NAME measures how far the estimate is from what the model's server reports\n";
  const server = argv["base-url"] ?? defaultBaseUrl(provider, process.env);
  const [{ createBridge }, { measureTokenCounts, tokenReport }] = await Promise.all([
    import("../../bridge/bridge.ts"),
    import("./doctor.token-counts.ts"),
  ]);
  const key = argv["api-key"] === undefined ? {} : { apiKey: argv["api-key"] };
  const bridge = createBridge({ provider, baseUrl: server, model, ...key });
  try {
    return tokenReport({ model, server, rows: await measureTokenCounts(bridge, model) });
  } finally {
    await bridge.close();
  }
}
