import { afterEach, beforeEach, expect, test } from "vitest";
import { startFakeUpstream, type FakeUpstream } from "../testing/fake-upstream.ts";
import { findBackend } from "./find-backend.ts";
import { pullCommand } from "./have-model.ts";

let ollama: FakeUpstream;

beforeEach(async () => {
  const listed = JSON.stringify({ models: [{ name: "tiny:latest", digest: "d" }] });
  ollama = await startFakeUpstream(
    ({ response }) => response.end(),
    ({ response }) => response.end(listed),
  );
});

afterEach(() => ollama.close());

test.each(["tiny", "Tiny", "library/tiny", "registry.ollama.ai/library/tiny:latest"])(
  "%s is found as Ollama itself finds it, and nothing is downloaded",
  async (model) => {
    const found = findBackend({ kind: "auto", model, env: { OLLAMA_HOST: ollama.url } });
    await expect(found).resolves.toMatchObject({ model, digest: "d" });
  },
);

test.each(["tiny:1b", "someone/tiny"])("%s is another model", async (model) => {
  const found = findBackend({ kind: "auto", model, env: { OLLAMA_HOST: ollama.url } });
  await expect(found).rejects.toMatchObject({ code: "backend-consent" });
});

test.each([
  [undefined, "bridge-conformance --model m --backend container --yes"],
  ["ollama/ollama:rocm", "bridge-conformance --model m --backend container --image ollama/ollama:rocm --yes"],
])("the command that would pull in a container of image %s is %s", (image, command) => {
  expect(pullCommand({ model: "m", ...(image !== undefined && { image }) })).toBe(command);
});
