import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { RunReport } from "../../conformance/types.ts";
import { docker, importOllamaImage, misbehavingImage, TEST_ENGINE } from "../../testing/ollama-image.ts";
import { startTinyRegistry } from "../../testing/tiny-registry.ts";
import { BackendError } from "../backend-error.ts";
import type { DownloadProgress } from "../backend.ts";
import { findBackend, type Backend } from "../find-backend.ts";
import { engineClient } from "./engine-client.ts";
import { LABEL } from "./labels.ts";
import { startOllama } from "./start-ollama.ts";
import { VOLUME } from "./volume.ts";

const PROGRAM = fileURLToPath(new URL("../../cli/bridge-conformance.ts", import.meta.url));
const IMAGE = "bc-test-ollama:1";
const FAKES = { exit: "bc-test-exit:1", memory: "bc-test-memory:1", mute: "bc-test-mute:1" };

const ADDRESS = { host: TEST_ENGINE ?? "", source: "test" };
const env = { DOCKER_HOST: TEST_ENGINE };
const yes = (): Promise<boolean> => Promise.resolve(true);

function left(): string {
  return docker("ps", "-aq", "--filter", `label=${LABEL.run}`);
}

async function chat(backend: Backend): Promise<number> {
  const body = JSON.stringify({
    model: backend.model,
    messages: [{ role: "user", content: "hello" }],
    stream: false,
  });
  return (await fetch(`${backend.baseUrl}/api/chat`, { method: "POST", body })).status;
}

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the program on the test engine; `at` interrupts it as soon as stderr holds those words. */
function program(args: string[], at?: { words: string; afterMs?: number }): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, DOCKER_HOST: TEST_ENGINE, OLLAMA_HOST: "127.0.0.1:1" },
  });
  let stdout = "";
  let stderr = "";
  let sent = false;
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    if (at === undefined || sent || !stderr.includes(at.words)) return;
    sent = true;
    void sleep(at.afterMs ?? 0).then(() => child.kill("SIGINT"));
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
}

describe.skipIf(TEST_ENGINE === undefined)(
  "on a real engine (BRIDGE_CONFORMANCE_TEST_DOCKER, see scripts/engine.sh)",
  () => {
    beforeAll(() => {
      importOllamaImage(IMAGE);
      for (const [fake, name] of Object.entries(FAKES)) misbehavingImage(IMAGE, name, `ENV FAKE=${fake}`);
      misbehavingImage(IMAGE, "bc-test-entry:1", 'ENTRYPOINT ["/no/such/program"]');
    });

    afterEach(() => {
      const containers = left();
      if (containers !== "") throw new Error(`containers are left: ${containers}`);
    });

    test("starts on loopback alone, pulls with progress, answers; the second start pulls nothing", async () => {
      const seen: DownloadProgress[] = [];
      const wish = { kind: "container", model: "tiny:1b", image: IMAGE, env } as const;
      const first = await findBackend({ ...wish, consent: yes, onDownload: (p) => void seen.push(p) });
      try {
        expect(first).toMatchObject({ kind: "container", provider: "ollama", engineVersion: "0.0.0" });
        expect(first.digest).toMatch(/^[0-9a-f]{64}$/);
        expect(first.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        expect(docker("port", left())).toMatch(/^11434\/tcp -> 127\.0\.0\.1:\d+$/);
        expect(first.log?.()).toContain("Listening on");
        expect(await chat(first)).toBe(200);
        expect(seen.at(-1)).toEqual({
          what: "model",
          name: "tiny:1b",
          status: "success",
          completed: 40e6,
          total: 40e6,
        });
      } finally {
        await first.close();
      }
      const second = await findBackend(wish);
      try {
        expect(await chat(second)).toBe(200);
      } finally {
        await second.close();
        docker("volume", "rm", VOLUME);
      }
    });

    test("a model that is not agreed to: exit 3, no container, no volume", async () => {
      const { code, stderr } = await program(
        `--model tiny:1b --backend container --image ${IMAGE} --case messages.shape.envelope`.split(" "),
      );
      expect(stderr).toMatch(/backend-consent: model "tiny:1b" .*nothing was downloaded.*--yes/);
      expect(code).toBe(3);
      expect(docker("volume", "ls", "-q")).not.toContain(VOLUME);
    });

    test("the program runs cases on it: exit 0", async () => {
      const { code, stdout } = await program(
        `--model any:1b --backend container --image ${IMAGE} --yes --case messages.shape.envelope --format json`.split(
          " ",
        ),
      );
      const { cases } = JSON.parse(stdout) as { cases: { model: string; verdict: string }[] };
      expect(cases.filter(({ model }) => model === "any:1b").map(({ verdict }) => verdict)).toContain("pass");
      expect(code).toBe(0);
      docker("volume", "rm", VOLUME);
    });

    test("the scripted model is created in it, once per way of running a model, and the suites hold: exit 0", async () => {
      const { code, stdout, stderr } = await program(
        `--model scripted --backend container --image ${IMAGE} --suite tools --suite thinking --format json`.split(
          " ",
        ),
      );
      const { cases, backend } = JSON.parse(stdout) as RunReport;
      const rows = cases.filter(({ kind, verdict }) => kind === "script" && verdict !== "skip");
      const failed = rows.filter(({ verdict }) => verdict !== "pass" && verdict !== "degraded");
      expect(failed.map(({ id, mode, findings }) => [id, mode, findings[0]?.message])).toEqual([]);
      for (const mode of ["go", "jinja", "parser"])
        expect(rows.filter((row) => row.mode === mode).length).toBeGreaterThan(10);
      expect(backend).toEqual({ kind: "container", description: `Ollama in a container of ${IMAGE}` });
      expect(stderr).not.toContain("download");
      expect(code).toBe(0);
      docker("volume", "rm", VOLUME);
    });

    test("two models are in one container, asked for once each; what it wrote is kept: exit 0", async () => {
      const out = mkdtempSync(join(tmpdir(), "bc-out-"));
      const { code, stdout, stderr } = await program(
        `--model one:1b --model two:1b --backend container --image ${IMAGE} --yes --live-runs 5 --case messages.shape.envelope --format json --out ${out}`.split(
          " ",
        ),
      );
      const { cases, backend } = JSON.parse(stdout) as RunReport;
      const live = cases.filter(({ rate }) => rate !== null);
      expect(live.map(({ model, verdict }) => [model, verdict])).toEqual([
        ["one:1b", "pass"],
        ["two:1b", "pass"],
      ]);
      expect(backend).toEqual({ kind: "container", description: `Ollama in a container of ${IMAGE}` });
      expect(stderr.match(/^starting /gm)).toHaveLength(1);
      for (const name of ["one:1b", "two:1b"]) expect(stderr).toContain(`${name} [####`);
      expect(readFileSync(join(out, "backend.log"), "utf8")).toContain("Listening on");
      expect(code).toBe(0);
      rmSync(out, { recursive: true });
      docker("volume", "rm", VOLUME);
    });

    test("when the second model is not to be had, the container of the first is gone: exit 3", async () => {
      const { code, stderr } = await program(
        `--model one:1b --model absent:1b --backend container --image ${IMAGE} --yes --case messages.shape.envelope`.split(
          " ",
        ),
      );
      expect(stderr).toMatch(/^backend-download: .*"absent:1b"/m);
      expect(code).toBe(3);
      docker("volume", "rm", VOLUME);
    });

    test.each([
      ["exits at once", FAKES.exit, "backend-container", /exit code 3; its last lines: Error: listen tcp/],
      ["is never ready", FAKES.mute, "backend-container", /not ready after 4 s; its last lines:.*Listening/],
      ["has no such program", "bc-test-entry:1", "backend-image", /cannot be started.*an image of Ollama/],
    ])("a container that %s", async (_what, image, code, message) => {
      const engine = await engineClient(ADDRESS);
      const started = startOllama(engine, { image, patienceMs: 4000 });
      await expect(started).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message) as string,
      });
      await engine.close();
    });

    test("a container without memory enough", async () => {
      const engine = await engineClient(ADDRESS);
      const started = startOllama(engine, { image: FAKES.memory, memory: 150_000_000, patienceMs: 60_000 });
      await expect(started).rejects.toMatchObject({
        code: "backend-container",
        message: expect.stringMatching(/killed for want of memory/) as string,
      });
      await engine.close();
    });

    test("a port that is taken", async () => {
      const engine = await engineClient(ADDRESS);
      const holder = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => holder.once("listening", resolve));
      const { port } = holder.address() as { port: number };
      await expect(startOllama(engine, { image: IMAGE, port })).rejects.toMatchObject({
        code: "backend-container",
        message: expect.stringMatching(/port on 127\.0\.0\.1 is taken/) as string,
      });
      holder.close();
      await engine.close();
    });

    test("a container that ends in use is told", async () => {
      const lost: BackendError[] = [];
      const backend = await findBackend({
        kind: "container",
        model: "scripted",
        serverOnly: true,
        image: IMAGE,
        env,
        onLost: (error) => void lost.push(error),
      });
      docker("kill", left());
      await expect
        .poll(() => lost.map(({ message }) => message))
        .toEqual([expect.stringMatching(/ended with exit code 137/) as string]);
      await backend.close();
      docker("volume", "rm", VOLUME);
    });

    test("what a killed run left is removed at the next start", async () => {
      const labels = { [LABEL.run]: "x", [LABEL.pid]: "1", [LABEL.started]: "0", [LABEL.host]: hostOf() };
      docker("create", ...Object.entries(labels).flatMap(([k, v]) => ["--label", `${k}=${v}`]), IMAGE);
      const wish = { kind: "container", model: "m", serverOnly: true, image: IMAGE, env } as const;
      const backend = await findBackend(wish);
      expect(left().split("\n")).toHaveLength(1);
      await backend.close();
      docker("volume", "rm", VOLUME);
    });

    test("an image comes from a registry, with progress; what it lacks is said", async () => {
      const registry = await startTinyRegistry(IMAGE);
      const seen: DownloadProgress[] = [];
      const wish = { kind: "container", model: "m", serverOnly: true, image: registry.image, env } as const;
      try {
        docker("rmi", "-f", ...Object.values(FAKES), "bc-test-entry:1", IMAGE);
        await expect(findBackend(wish)).rejects.toMatchObject({
          code: "backend-consent",
          message: expect.stringContaining(`run "docker pull ${registry.image}"`) as string,
        });
        const backend = await findBackend({ ...wish, consent: yes, onDownload: (p) => void seen.push(p) });
        expect(backend.image).toMatch(/^127\.0\.0\.1:\d+\/fake\/ollama@sha256:/);
        await backend.close();
        docker("volume", "rm", VOLUME);
        expect(seen.some(({ completed, total }) => completed > 0 && completed <= total)).toBe(true);
        const absent = findBackend({ ...wish, image: `${registry.host}/fake/ollama:9`, consent: yes });
        await expect(absent).rejects.toMatchObject({
          code: "backend-image",
          message: expect.stringMatching(/its registry has no image.*--image/) as string,
        });
      } finally {
        docker("rmi", "-f", registry.image);
        await registry.close();
        importOllamaImage(IMAGE);
      }
    });

    test("a registry that is not there", async () => {
      const image = "127.0.0.1:1/fake/ollama:1";
      const wish = { kind: "container", model: "m", image, env, consent: yes } as const;
      await expect(findBackend(wish)).rejects.toMatchObject({
        code: "backend-download",
        message: expect.stringMatching(/could not be downloaded.*is its registry reachable/) as string,
      });
    });

    const slow = `--model slow:1b --backend container --image ${IMAGE} --yes --suite protocol`.split(" ");

    test.each([
      { words: "starting", afterMs: 0 },
      { words: "starting", afterMs: 60 },
      { words: "starting", afterMs: 250 },
      { words: "starting", afterMs: 600 },
      { words: "20%", afterMs: 0 },
    ])("Ctrl-C $afterMs ms after $words: no container, no half volume, exit 5", async (at) => {
      const { code, stderr } = await program(slow, at);
      expect(stderr).toContain(at.words);
      expect(stderr).toContain("backend-interrupted: ");
      expect(code).toBe(5);
      expect(docker("volume", "ls", "-q")).not.toContain(VOLUME);
    });

    test("Ctrl-C while cases run: a report, no container, the whole volume, exit 5", async () => {
      const { code, stdout } = await program([...slow, "--progress"], { words: "running" });
      expect(stdout).toContain("incomplete");
      expect(code).toBe(5);
      docker("volume", "rm", VOLUME);
    });
  },
);

function hostOf(): string {
  return docker("info", "--format", "{{.Name}}");
}

describe("without an engine that can be used", () => {
  const find = (host: string): Promise<Backend> =>
    findBackend({ kind: "container", model: "m", env: { DOCKER_HOST: host } });

  test.each([
    ["unix:///no/such/docker.sock", /there is no container engine at unix:.*DOCKER_HOST/],
    ["tcp://127.0.0.1:1", /is not running: start it/],
    ["tcp://engine.invalid:2375", /not on this machine.*--base-url/],
    ["nonsense", /is no address/],
  ])("%s", async (host, message) => {
    await expect(find(host)).rejects.toMatchObject({
      code: "backend-engine",
      message: expect.stringMatching(message) as string,
    });
  });

  test("an engine that accepts and never answers", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bc-"));
    const server = createHttpServer(() => undefined).listen(join(folder, "s"));
    await new Promise((resolve) => server.once("listening", resolve));
    await expect(find(`unix://${folder}/s`)).rejects.toMatchObject({
      code: "backend-engine",
      message: expect.stringMatching(/does not answer within 3 s/) as string,
    });
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
});
