import type { Bridge } from "../../bridge/options.ts";
import { CliError } from "../exit.ts";
import { SAMPLES, type SampleRequest } from "./doctor.samples.ts";

/** How well the prompts of one kind are estimated. Tokens; null when the server counted none. */
export interface TokenCountRow {
  kind: string;
  /** By a bridge that knows nothing of the model yet. */
  estimated: number | null;
  /** By the model's server, what came from its cache included. */
  reported: number | null;
  /** By a bridge that has seen one other prompt of each kind. */
  calibrated: number | null;
  /** Why there is no number; else null. */
  reason: string | null;
}

export interface TokenCounts {
  model: string;
  /** Base URL. */
  server: string;
  rows: TokenCountRow[];
}

/**
 * Estimates prompts of several kinds and has the model's server count the same ones: ten requests, one token
 * to answer each. What is measured has taught the estimate nothing: other prompts have.
 * @param bridge a new one
 * @throws CliError exit 3 with the words of the server
 */
export async function measureTokenCounts(bridge: Bridge, model: string): Promise<TokenCountRow[]> {
  const first: (number | null)[] = [];
  for (const { requests } of SAMPLES) first.push(await estimate(bridge, model, requests[1]));
  for (const { requests } of SAMPLES) await ask(bridge, model, requests[0]);
  const learnt: (number | null)[] = [];
  for (const { requests } of SAMPLES) learnt.push(await estimate(bridge, model, requests[1]));
  const rows: TokenCountRow[] = [];
  for (const [index, { kind, requests }] of SAMPLES.entries()) {
    const { tokens, reason } = await ask(bridge, model, requests[1]);
    const known = tokens !== null;
    rows.push({
      kind,
      estimated: known ? (first[index] ?? null) : null,
      reported: tokens,
      calibrated: known ? (learnt[index] ?? null) : null,
      reason,
    });
  }
  return rows;
}

async function estimate(bridge: Bridge, model: string, request: SampleRequest): Promise<number | null> {
  const answer = await post(bridge, "/v1/messages/count_tokens", { model, ...request });
  const { input_tokens } = (await answer.json()) as { input_tokens?: number };
  return input_tokens ?? null;
}

interface Asked {
  tokens: number | null;
  reason: string | null;
}

/** What the server counted, which is what the bridge's own figure grows by. */
async function ask(bridge: Bridge, model: string, request: SampleRequest): Promise<Asked> {
  const before = bridge.metrics.inputTokens;
  const answer = await post(bridge, "/v1/messages", { model, max_tokens: 1, ...request });
  const body = (await answer.json()) as { error?: { message?: string } };
  const message = body.error?.message ?? `status ${answer.status}`;
  if (answer.status === 400) return { tokens: null, reason: message };
  if (answer.status !== 200)
    throw new CliError("backend-refused", 3, `the token counts of ${model} cannot be measured: ${message}`);
  const tokens = bridge.metrics.inputTokens - before;
  return tokens > 0 ? { tokens, reason: null } : { tokens: null, reason: "the server reports no usage" };
}

function post(bridge: Bridge, path: string, body: object): Promise<Response> {
  return bridge.fetch(new Request(`http://bridge${path}`, { method: "POST", body: JSON.stringify(body) }));
}

/** Mean distance from what was reported, 0.1 for 10 %; null when nothing was. */
export function meanError(rows: readonly TokenCountRow[], which: "estimated" | "calibrated"): number | null {
  const errors = rows.map((row) => errorOf(row, which)).filter((error) => error !== null);
  if (errors.length === 0) return null;
  return errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
}

function errorOf(row: TokenCountRow, which: "estimated" | "calibrated"): number | null {
  const said = row[which];
  return said === null || row.reported === null ? null : said / row.reported - 1;
}

/** For people. */
export function tokenReport({ model, server, rows }: TokenCounts): string {
  const lines = [
    `Token counts of ${model} at ${server}: the estimate, against what the server reported`,
    `${" ".repeat(26)}estimate  reported    error  after learning from the others`,
    ...rows.map(rowLine),
    `  ${"mean distance".padEnd(24)}${" ".repeat(18)}${percent(meanError(rows, "estimated"), "")}${percent(meanError(rows, "calibrated"), "")}`,
  ];
  return `${lines.join("\n")}\n`;
}

function rowLine(row: TokenCountRow): string {
  const { kind, estimated, reported, reason } = row;
  const name = `  ${kind.padEnd(24)}`;
  if (reported === null) return `${name} not measured: ${reason ?? "unknown"}`;
  const counts = `${String(estimated ?? "-").padStart(8)}${String(reported).padStart(10)}`;
  return name + counts + percent(errorOf(row, "estimated"), "+") + percent(errorOf(row, "calibrated"), "+");
}

function percent(error: number | null, plus: string): string {
  if (error === null) return "-".padStart(9);
  return `${error >= 0 ? plus : ""}${(error * 100).toFixed(1)} %`.padStart(9);
}
