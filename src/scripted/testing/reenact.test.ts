import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HttpCapture } from "../../wire/http1.ts";
import { loadScripts } from "../load-scripts.ts";
import type { ScriptedModelInfo, ScriptedServer } from "../options.ts";
import type { EngineMode } from "../script.ts";
import { startScripted } from "../server.ts";
import { type CapturedRequest, captureNames, readCapture } from "./capture.ts";
import { comparable, concerns, readDifferences, readMasks } from "./compare.ts";
import { rawExchange, rawRequest } from "./raw-request.ts";

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
});

test("the connection stays open behind every kind of answer", async () => {
  const port = servers.get("go")?.port ?? 0;
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const kinds = [
    "chat-go-text",
    "chat-badjson",
    "chat-unknown-model",
    "chat-go-badutf8",
    "v1chat-go-text-su",
    "version",
  ];
  const statuses = [];
  for (const name of kinds)
    statuses.push((await rawExchange(socket, port, readCapture(name).request)).status);
  expect(statuses).toEqual([200, 400, 404, 200, 200, 200]);
  socket.destroy();
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

async function reenact(name: string, request: CapturedRequest): Promise<HttpCapture> {
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
