import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker, importOllamaImage, TEST_ENGINE } from "../../testing/ollama-image.ts";
import { findBackend, type Backend } from "../find-backend.ts";

const IMAGE = "bc-test-own:1";
const FOLDER = `/tmp/bc-own-${process.pid}`;
const SCRIPT = new URL("../../../scripts/engine.sh", import.meta.url).pathname;
const ARCHIVE = `${FOLDER}.tar`;

/** An engine of this test's own, that may be broken; it says it has the runtime of a graphics card. */
const engine = (verb: "up" | "down"): void => void execFileSync("bash", [SCRIPT, verb, FOLDER]);
const host = `unix://${FOLDER}/docker.sock`;

// One module, one engine: Testcontainers remembers the first that it found.
describe.skipIf(TEST_ENGINE === undefined)("an engine that breaks (BRIDGE_CONFORMANCE_TEST_DOCKER)", () => {
  beforeAll(() => {
    importOllamaImage(IMAGE);
    docker("save", "-o", ARCHIVE, IMAGE);
    docker("rmi", "-f", IMAGE);
    process.env["ENGINE_FLAGS"] =
      `--add-runtime nvidia=${execFileSync("which", ["runc"], { encoding: "utf8" }).trim()}`;
    engine("up");
    execFileSync("docker", ["-H", host, "load", "-i", ARCHIVE]);
  });

  afterAll(() => {
    engine("down");
    rmSync(ARCHIVE, { force: true });
  });

  test("a card's runtime without a card: Ollama runs without; the engine's end is told and can be closed", async () => {
    const lost: string[] = [];
    const backend: Backend = await findBackend({
      kind: "container",
      model: "m",
      serverOnly: true,
      image: IMAGE,
      env: { DOCKER_HOST: host },
      onLost: ({ code }) => void lost.push(code),
    });
    expect(backend.description).not.toContain("GPU");
    process.kill(Number(readFileSync(`${FOLDER}/pid`, "utf8")), "SIGKILL");
    await expect.poll(() => lost).toEqual(["backend-engine"]);
    await backend.close();
  });
});
