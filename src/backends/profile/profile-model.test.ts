import { afterEach, expect, test } from "vitest";
import type { EngineMode } from "../../scripted/script.ts";
import type { ScriptedOptions, ScriptedServer } from "../../scripted/options.ts";
import { startScripted } from "../../scripted/server.ts";
import { profileModel } from "./profile-model.ts";

let server: ScriptedServer | undefined;
afterEach(() => server?.close());

async function started(options: ScriptedOptions): Promise<ScriptedServer> {
  return (server = await startScripted(options));
}

test.each<EngineMode>(["go", "jinja", "parser"])(
  "an Ollama that runs its model by %s says so itself",
  async (mode) => {
    const { url } = await started({ mode });
    const profile = await profileModel({ provider: "ollama", baseUrl: url }, "scripted");
    expect(profile).toMatchObject({ mode, engine: { name: "Ollama" }, host: { remote: false } });
    expect(profile.context).toEqual({ limit: 262_144, used: 262_144, needed: 12_000 });
    expect(profile.capabilities).toMatchObject({ tools: { has: true }, vision: { has: true } });
    expect(profile.warmUpMs).toBeGreaterThanOrEqual(0);
  },
);

test("what /api/show denies is not tried", async () => {
  const { url, requests } = await started({});
  const profile = await profileModel({ provider: "ollama", baseUrl: `${url}/v1` }, "scripted-plain");
  expect(profile.capabilities).toMatchObject({
    tools: { has: false, from: "/api/show" },
    thinking: { has: false, from: "/api/show", levels: [] },
    vision: { has: false, from: "/api/show" },
  });
  expect(requests.filter(({ path }) => path === "/api/chat")).toHaveLength(2);
});

test("the model is loaded once, with one context", async () => {
  const { url, requests } = await started({});
  await profileModel({ provider: "ollama", baseUrl: url }, "scripted");
  const chats = requests
    .filter(({ path }) => path === "/api/chat")
    .map(({ json }) => json as { options: object });
  expect(
    new Set(chats.map(({ options }) => JSON.stringify("num_ctx" in options && options.num_ctx))),
  ).toEqual(new Set(["262144"]));
});

test("an OpenAI-compatible server is tried, since it tells little", async () => {
  const { url } = await started({ flavour: "openai" });
  const profile = await profileModel({ provider: "openai", baseUrl: `${url}/v1` }, "scripted");
  expect(profile.mode).toBeNull();
  expect(profile.capabilities.tools).toEqual({ has: true, from: "tools were accepted, and it called none" });
});

test("a server that is gone leaves everything unknown", async () => {
  const gone = await started({});
  const { url } = gone;
  await gone.close();
  server = undefined;
  const profile = await profileModel({ provider: "ollama", baseUrl: url }, "scripted");
  expect(profile).toMatchObject({ digest: null, mode: null, warmUpMs: null });
  expect(profile.capabilities.tools).toEqual({ has: null, from: "no answer" });
});

test("an abort ends the questions", async () => {
  const { url } = await started({});
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(profileModel({ provider: "ollama", baseUrl: url, signal }, "scripted")).rejects.toThrow(
    "stopped",
  );
});
