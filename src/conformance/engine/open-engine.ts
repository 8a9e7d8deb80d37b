import { BackendError } from "../../backends/backend-error.ts";
import { createOnOllama, deleteOnOllama, isOnOllama } from "../../backends/create-on-ollama.ts";
import type { Backend } from "../../backends/find-backend.ts";
import { scriptedOnOllama } from "../../backends/scripted-on-ollama.ts";
import { loadScripts } from "../../scripted/load-scripts.ts";
import type { EngineMode, ModelScript } from "../../scripted/script.ts";
import type { SuiteFile } from "../case.ts";
import type { EngineWay, SuiteOptions } from "../options.ts";
import { sayingsOf } from "./select-sends.ts";

const MODES: readonly EngineMode[] = ["go", "jinja", "parser"];

/** A marker of `fixtures/scripts`, and how what is said for it begins. */
const KNOWN: { marker: string; said: string } = { marker: "[[say-text]]", said: "Plain text from" };

/** An engine that plays the scripted model, for `SuiteOptions.engine`. */
export interface OpenedEngine {
  engine: NonNullable<SuiteOptions["engine"]>;
  /** Takes away what was put there. */
  close(): Promise<void>;
}

/** The scripts of the project and everything the suites say: what the scripted model is on a real engine. */
export async function engineScripts(suites: readonly SuiteFile[]): Promise<ModelScript[]> {
  const ollama = MODES.map((mode) => ({ mode, provider: "ollama" as const }));
  return [...(await loadScripts()), ...sayingsOf(suites, [...ollama, { mode: null, provider: "openai" }])];
}

/**
 * Puts the scripted model on the engine of a backend: on an Ollama once per way of running models, taken away by
 * `close` unless it was there before. A server at a URL must play it already.
 * @throws BackendError when it cannot be put there, or is not played
 */
export async function openEngine(
  { kind, baseUrl, provider, model, description }: Backend,
  suites: readonly SuiteFile[],
): Promise<OpenedEngine> {
  if (provider === "openai") {
    await requireScripted(baseUrl, model);
    const way: EngineWay = { mode: null, provider, baseUrl, model };
    return { engine: { kind, description, ways: [way] }, close: () => Promise.resolve() };
  }
  const scripts = await engineScripts(suites);
  const made: string[] = [];
  const close = async (): Promise<void> => {
    for (const name of made.splice(0)) await deleteOnOllama(baseUrl, name);
  };
  const ways: EngineWay[] = [];
  try {
    for (const mode of MODES) {
      const name = `bridge-conformance-scripted-${mode}`;
      if (!(await isOnOllama(baseUrl, name))) made.push(name);
      await createOnOllama(baseUrl, name, scriptedOnOllama(mode, scripts));
      ways.push({ mode, provider, baseUrl, model: name });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { engine: { kind, description, ways }, close };
}

async function requireScripted(baseUrl: string, model: string): Promise<void> {
  const { request } = await import("undici");
  const body = JSON.stringify({ model, max_tokens: 16, messages: [{ role: "user", content: KNOWN.marker }] });
  const url = `${baseUrl.replace(/\/+$/, "")}/chat/completions`;
  const headers = { "content-type": "application/json" };
  const answer = await request(url, { method: "POST", headers, body }).catch((error: unknown) => {
    throw new BackendError("backend-unreachable", `${url} cannot be reached (${String(error)})`, {
      cause: error,
    });
  });
  const text = await answer.body.text();
  if (text.includes(KNOWN.said)) return;
  throw new BackendError(
    "backend-refused",
    `the server at ${baseUrl} does not play the scripted model: write it with "bridge-conformance scripted-model ` +
      `--out scripted.gguf" and start "llama-server -m scripted.gguf --jinja -c 131072"`,
  );
}
