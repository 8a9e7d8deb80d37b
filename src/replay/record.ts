import { existsSync } from "node:fs";
import { arch, platform } from "node:os";
import { createBridgeWith, type BridgeSeams } from "../bridge/bridge.ts";
import type { Bridge, BridgeOptions } from "../bridge/options.ts";
import type { WebOptions } from "../bridge/web/options.ts";
import { findSecrets } from "../cassette/detectors.ts";
import { digest16 } from "../cassette/parts.ts";
import { redactCassette } from "../cassette/redact-cassette.ts";
import { REDACTION_RULES, Redactor } from "../cassette/redact.ts";
import { scanCassette } from "../cassette/scan.ts";
import {
  FORMAT,
  type BridgeSettings,
  type Cassette,
  type Manifest,
  type RedactionProfile,
} from "../cassette/types.ts";
import { writeCassette } from "../cassette/write.ts";
import { assemble } from "./assemble.ts";
import { describeFinding } from "./describe.ts";
import { machineNames } from "./machine.ts";
import { ReplayError } from "./replay-error.ts";
import { startTap, type Tap } from "./tap.ts";
import { verifyCassette } from "./verify.ts";
import { createWebRecorder } from "./web-recorder.ts";

/** What a recorded session runs on. */
export interface RecordOptions {
  /** Where the cassette goes: a folder that is not there yet. */
  folder: string;
  title: string;
  redact: RedactionProfile;
  backend: {
    kind: string;
    description: string;
    provider: BridgeSettings["provider"];
    baseUrl: string;
    model: string;
  };
  bridge?: Partial<
    Pick<BridgeSettings, "repair" | "strict" | "maxRetries" | "maxOutputTokens" | "set" | "flags">
  >;
  /** The web tools that the bridge has; by default none. */
  web?: WebOptions;
  apiKey?: string;
  /** Credential that the client is to present; null for none. */
  token: string | null;
  /** The client's folders, version and words. */
  client: {
    home: string;
    cwd: string;
    version: string | null;
    command: string[];
    environment?: Record<string, string>;
  };
  generator: { name: string; version: string };
  /** More values that must not be kept. */
  secrets?: readonly string[];
  /** ISO 8601; by default now. */
  recordedAt?: string;
  /** By default the process's. A set `CI` refuses. */
  env?: NodeJS.ProcessEnv;
  /**
   * Makes the bridge that is recorded, before the upstream at this base URL, with the way to the web that is
   * recorded too; by default one of these settings.
   */
  bridgeFor?: (baseUrl: string, seams: BridgeSeams) => Bridge;
  /** Runs the client against the base URL; its exit code is the recording's business only as a fact. */
  run(baseUrl: string): Promise<{ exitCode: number }>;
}

export interface Recording {
  cassette: Cassette;
  /** The client's. */
  exitCode: number;
}

/**
 * Records one session of a client through the bridge, both hops, and writes it when it holds no
 * secret and the translation of the redacted requests is the redacted translation.
 * @throws ReplayError, CassetteError
 */
export async function recordSession(options: RecordOptions): Promise<Recording> {
  const env = options.env ?? process.env;
  if (env["CI"] !== undefined && env["CI"] !== "")
    throw new ReplayError(
      "usage",
      "CI is set, and nothing is recorded in CI: record on your machine and commit the cassette",
    );
  if (existsSync(options.folder))
    throw new ReplayError(
      "usage",
      `${options.folder} exists; a recording never overwrites: remove it or choose another name`,
    );
  const { raw, exitCode } = await capture(options);
  const redactor = new Redactor({
    profile: options.redact,
    home: options.client.home,
    cwd: options.client.cwd,
    ...machineNames(),
    secrets: [
      options.apiKey ?? "",
      options.web?.search?.key ?? "",
      ...secretsOf(env),
      ...(options.secrets ?? []),
    ],
  });
  const cassette = redactCassette(raw, redactor);
  cassette.manifest.id = digest16(
    JSON.stringify(
      cassette.exchanges.map(({ clientRequest }) => Buffer.from(clientRequest.body).toString("base64")),
    ),
  );
  await check(cassette, [options.client.home, options.client.cwd, ...(options.secrets ?? [])]);
  writeCassette(options.folder, cassette);
  return { cassette, exitCode };
}

async function capture(options: RecordOptions): Promise<{ raw: Cassette; exitCode: number }> {
  const settings = settingsOf(options);
  const upstream = new URL(options.backend.baseUrl);
  const back = await startTap({ upstream: new URL(upstream.origin), hop: "back" });
  const baseUrl = back.url + settings.basePath;
  const web = createWebRecorder();
  const seams = { web: web.seam };
  const bridge = options.bridgeFor?.(baseUrl, seams) ?? usualBridge(options, settings, baseUrl, seams);
  let front: Tap | undefined;
  try {
    front = await startTap({ upstream: new URL((await bridge.listen()).url), hop: "front" });
    const { exitCode } = await options.run(front.url);
    await Promise.race([
      Promise.all([front.idle(), back.idle()]),
      new Promise((resolve) => setTimeout(resolve, 2_000).unref()),
    ]);
    await front.close();
    await back.close();
    if (front.exchanges.length === 0)
      throw new ReplayError(
        "replay-empty",
        `the client asked the bridge for nothing (exit code ${exitCode}): there is no session to keep`,
      );
    const { exchanges, unpaired } = assemble(front.exchanges, back.exchanges, (id) => web.hopsOf(id));
    return {
      exitCode,
      raw: {
        manifest: manifestOf(
          options,
          settings,
          exchanges.map(({ id }) => id),
          exitCode,
        ),
        exchanges,
        unpaired,
      },
    };
  } finally {
    await front?.close();
    await bridge.close();
    await back.close();
  }
}

function usualBridge(
  options: RecordOptions,
  { maxOutputTokens, ...settings }: BridgeSettings,
  baseUrl: string,
  seams: BridgeSeams,
): Bridge {
  const bridge: BridgeOptions = {
    ...settings,
    baseUrl,
    web: options.web ?? {},
    authToken: options.token,
    calibrate: false, // what is recorded must come out the same whenever it is driven again
    ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
  };
  return createBridgeWith(bridge, seams);
}

function settingsOf({ backend, bridge, web }: RecordOptions): BridgeSettings {
  const path = new URL(backend.baseUrl).pathname.replace(/\/+$/, "");
  return {
    provider: backend.provider,
    basePath: backend.provider === "openai" ? path : path.replace(/\/v1$/, ""),
    model: backend.model,
    repair: bridge?.repair ?? true,
    strict: bridge?.strict ?? false,
    maxRetries: bridge?.maxRetries ?? 2,
    maxOutputTokens: bridge?.maxOutputTokens ?? null,
    set: bridge?.set ?? {},
    flags: bridge?.flags ?? {},
    web: { search: searchKind(web), fetch: web?.fetch ?? false },
  };
}

function searchKind({ search }: WebOptions = {}): BridgeSettings["web"]["search"] {
  return search === undefined || search.kind === "none" ? null : search.kind;
}

function manifestOf(
  options: RecordOptions,
  bridge: BridgeSettings,
  exchanges: string[],
  exitCode: number,
): Manifest {
  const { client, backend } = options;
  return {
    format: FORMAT,
    id: "0".repeat(16),
    title: options.title,
    recordedAt: options.recordedAt ?? new Date().toISOString(),
    maxAgeDays: 365,
    generator: options.generator,
    client: {
      version: client.version,
      command: client.command,
      environment: client.environment ?? {},
      exitCode,
    },
    bridge,
    upstream: { kind: backend.kind, description: backend.description },
    host: { os: platform(), arch: arch(), node: process.versions.node },
    redaction: { profile: options.redact, rules: REDACTION_RULES, counts: {} },
    places: { home: null, cwd: null },
    exchanges,
  };
}

/** @throws ReplayError when the cassette may not be kept */
async function check(cassette: Cassette, needles: string[]): Promise<void> {
  const { home, cwd } = cassette.manifest.places;
  const [leak] = scanCassette(
    cassette,
    needles.filter((needle) => needle !== home && needle !== cwd),
  );
  if (leak !== undefined)
    throw new ReplayError(
      "record-secret-left",
      `nothing was written: a secret (${leak.kind}) is still there, found in ${leak.form} of body ${leak.body}`,
    );
  const { findings, reruns } = await verifyCassette(cassette);
  for (const [id, { upstream }] of reruns) {
    const [hidden] = upstream.flatMap(({ body }) => findSecrets(Buffer.from(body).toString("utf8")));
    if (hidden !== undefined)
      throw new ReplayError(
        "record-secret-left",
        `nothing was written: a secret (${hidden.kind}) stands in what exchange ${id} sends, inside a PDF or behind another encoding, where it cannot be taken out`,
      );
  }
  if (findings[0] === undefined) return;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  throw new ReplayError(
    "record-not-closed-under-redaction",
    `nothing was written: translating the redacted requests does not give the redacted translation: ${describeFinding(findings[0])}${more}`,
  );
}

/** Values of variables whose names say that they are secret. */
function secretsOf(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env)
    .filter(
      ([name, value]) => /(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$/i.test(name) && (value ?? "").length >= 8,
    )
    .map(([, value]) => value ?? "");
}
