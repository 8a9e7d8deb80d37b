import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  FORMAT,
  type Cassette,
  type Exchange,
  type Manifest,
  type RecordedRequest,
  type RecordedResponse,
} from "../cassette/types.ts";

/** A folder that is removed when the test ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "bridge-cassette-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function request(body: unknown, overrides: Partial<RecordedRequest> = {}): RecordedRequest {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { method: "POST", path: "/v1/messages?beta=true", headers: [], body: bytes(text), ...overrides };
}

export function response(body: string, overrides: Partial<RecordedResponse> = {}): RecordedResponse {
  const headers: [string, string][] = [["content-type", "text/event-stream"]];
  return { status: 200, headers, body: bytes(body), cuts: [], end: "complete", ...overrides };
}

function manifest(overrides: Partial<Manifest> = {}): Manifest {
  return {
    format: FORMAT,
    id: "0123456789abcdef",
    title: "a test",
    recordedAt: "2026-01-02T03:04:05.678Z",
    maxAgeDays: 365,
    generator: { name: "bridge-conformance", version: "0.1.0" },
    client: { version: "2.1.330", command: ["claude", "-p", "hi"], environment: {}, exitCode: 0 },
    bridge: {
      provider: "openai",
      basePath: "/v1",
      model: "scripted",
      repair: true,
      strict: false,
      maxRetries: 0,
      maxOutputTokens: null,
      set: {},
      flags: {},
      web: { search: null, fetch: false },
    },
    upstream: { kind: "scripted", description: "scripted model" },
    host: { os: "linux", arch: "x64", node: "22" },
    redaction: { profile: "published", rules: 1, counts: {} },
    places: { home: null, cwd: null },
    exchanges: [],
    ...overrides,
  };
}

export function exchange(id: string, overrides: Partial<Exchange> = {}): Exchange {
  const time = { requestAt: 0, headersAt: 1, chunks: [2], endAt: 3 };
  return {
    id,
    pairing: "header",
    clientRequest: request({ model: "scripted", messages: [{ role: "user", content: `say ${id}` }] }),
    upstream: [],
    web: [],
    bridgeResponse: response(`event: ping\ndata: {"type":"ping"}\n\n`),
    timing: { front: time, upstream: [] },
    ...overrides,
  };
}

export function cassette(exchanges: Exchange[], overrides: Partial<Manifest> = {}): Cassette {
  return {
    manifest: manifest({ exchanges: exchanges.map(({ id }) => id), ...overrides }),
    exchanges,
    unpaired: [],
  };
}
