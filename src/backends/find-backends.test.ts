import { afterEach, beforeEach, expect, test } from "vitest";
import type { ScriptedServer } from "../scripted/options.ts";
import { startScripted } from "../scripted/server.ts";
import type { BackendWish } from "./backend.ts";
import { findBackends } from "./find-backends.ts";

let scripted: ScriptedServer;

beforeEach(async () => (scripted = await startScripted()));
afterEach(() => scripted.close());

function wish(model: string, more: Partial<BackendWish> = {}): BackendWish {
  return { kind: "auto", model, env: { OLLAMA_HOST: scripted.url }, ...more };
}

test("each model is found, on the Ollama that has them both", async () => {
  const found = await findBackends([wish("scripted"), wish("scripted-plain")]);
  expect(found).toMatchObject([
    { kind: "ollama", model: "scripted", baseUrl: scripted.url },
    { kind: "ollama", model: "scripted-plain", baseUrl: scripted.url },
  ]);
});

test("each download is asked for once, and one that is declined ends it with the model's name", async () => {
  const asked: string[] = [];
  const consent: BackendWish["consent"] = ({ name }) => {
    asked.push(name);
    return Promise.resolve(false);
  };
  const wishes = ["scripted", "absent:1b", "other:1b"].map((model) => wish(model, { consent }));
  await expect(findBackends(wishes)).rejects.toMatchObject({
    code: "backend-consent",
    message: expect.stringContaining('"absent:1b"') as string,
  });
  expect(asked).toEqual(["absent:1b"]);
});

test("an address at which nobody is says for which model it was wanted", async () => {
  const gone = wish("absent:1b", { kind: "url", baseUrl: "http://127.0.0.1:1/v1" });
  await expect(findBackends([wish("scripted"), gone])).rejects.toMatchObject({
    code: "backend-unreachable",
    message: expect.stringMatching(/^model "absent:1b": http:\/\/127.0.0.1:1\/v1/) as string,
  });
});
