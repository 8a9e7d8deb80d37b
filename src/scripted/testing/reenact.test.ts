import { afterAll, beforeAll, expect, test } from "vitest";
import { loadScripts } from "../load-scripts.ts";
import type { ScriptedModelInfo, ScriptedServer } from "../options.ts";
import type { EngineMode } from "../script.ts";
import { startScripted } from "../server.ts";
import { type CapturedRequest, captureNames, readCapture } from "./capture.ts";
import { comparable, concerns, readDifferences, readMasks } from "./compare.ts";
import { type RawReply, rawRequest } from "./raw-request.ts";

// The captures of a real Ollama, played again by the embedded one and compared chunk by chunk.

const masks = readMasks();
const differences = readDifferences();
const names = captureNames();

/** The models of the captured server that the requests name. */
const MODELS: ScriptedModelInfo[] = [
  model("go-plain", "completion"),
  model("jinja-plain", "completion"),
  model("go-think", "completion", "tools", "thinking"),
  model("go-tools", "completion", "tools"),
  model("jinja-tools", "completion", "tools"),
  model("jinja-think", "completion", "tools", "thinking"),
  model("parser-qwen3", "completion", "tools"),
];

/** What had happened on the captured server before the request. */
const BEFORE: Record<string, CapturedRequest[]> = {
  "ps-loaded": [load("go-tools")],
};

const servers = new Map<EngineMode, ScriptedServer>();

beforeAll(async () => {
  const scripts = (await loadScripts()).filter((_, i, all) => i <= lastOfWire(all.map((s) => s.marker)));
  for (const mode of new Set(names.map(modeOf))) {
    servers.set(mode, await startScripted({ mode, builtins: false, scripts, models: MODELS }));
  }
});

afterAll(async () => {
  await Promise.all([...servers.values()].map((server) => server.close()));
});

test("there are captures of every kind", () => {
  const kinds = [
    "chat-go-",
    "v1chat-go-",
    "show-",
    "ps-",
    "tags",
    "version",
    "chat-unknown-model",
    "v1chat-badjson",
  ];
  for (const kind of kinds) expect(names.some((name) => name.startsWith(kind))).toBe(true);
  expect(names.filter((name) => name.startsWith("realclient-"))).toEqual([]);
});

test.each(names)("%s", async (name) => {
  const capture = readCapture(name);
  const known = [...masks, ...differences.filter((difference) => concerns(difference, name))];
  const reply = await reenact(name, capture.request);
  expect(comparable(reply, known)).toEqual(comparable(capture.response, known));
  expect(reply.keptOpen).toBe(true);
});

test.each(differences.flatMap((d) => d.captures.map((name) => [name, d] as const)))(
  "%s really has the known difference",
  async (name, difference) => {
    const { request, response } = readCapture(name);
    const others = differences.filter((other) => other !== difference && concerns(other, name));
    const known = [...masks, ...others];
    expect(comparable(await reenact(name, request), known)).not.toEqual(comparable(response, known));
  },
);

async function reenact(name: string, request: CapturedRequest): Promise<RawReply> {
  const server = servers.get(modeOf(name));
  if (server === undefined) throw new Error(`no server for ${name}`);
  server.reset();
  for (const before of BEFORE[name] ?? []) await rawRequest(server.port, before);
  return rawRequest(server.port, request);
}

function modeOf(name: string): EngineMode {
  if (name.includes("jinja")) return "jinja";
  if (name.startsWith("schema-reduced")) return "jinja";
  return name.includes("parser") ? "parser" : "go";
}

function model(name: string, ...capabilities: ScriptedModelInfo["capabilities"]): ScriptedModelInfo {
  return { name, capabilities, numCtx: 4096, contextLength: 131_072 };
}

function load(name: string): CapturedRequest {
  return {
    method: "POST",
    path: "/api/chat",
    headers: {},
    body: Buffer.from(JSON.stringify({ model: name })),
  };
}

/** The captures were made with the scripts of `wire.yaml` alone. */
function lastOfWire(markers: readonly string[]): number {
  return markers.indexOf("[[cc-donet]]");
}
