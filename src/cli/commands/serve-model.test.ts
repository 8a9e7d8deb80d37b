import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../bridge-conformance.ts", import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

interface Program {
  child: ChildProcess;
  /** The first line of stdout, or of stderr when the program ends before. */
  first: Promise<string>;
  exit: Promise<number | null>;
}

function serveModel(...args: string[]): Program {
  const child = spawn(process.execPath, [PROGRAM, "serve-model", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const first = Promise.race([child.stdout, child.stderr].map(firstLine));
  return { child, first, exit: once(child, "exit").then(([code]) => code as number | null) };
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  const [data] = (await once(stream, "data")) as [Buffer];
  return data.toString().split("\n")[0] ?? "";
}

test.each([
  ["SIGTERM", "ollama", "/api/version", '{"version":"0.0.0"}'],
  ["SIGINT", "openai", "/api/version", "404 page not found"],
] as const)("it says where it listens and ends at %s", async (signal, flavour, path, body) => {
  const { child, first, exit } = serveModel("--flavour", flavour);
  const url = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/u.exec(await first)?.[1] ?? "";
  expect(await (await fetch(url + path)).text()).toBe(body);
  child.kill(signal);
  expect(await exit).toBe(0);
});

test("a port that is taken is a missing environment", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { first, exit } = serveModel("--port", String(port));
  expect(await first).toMatch(/^EADDRINUSE: /u);
  expect(await exit).toBe(3);
  server.close();
});

test("a port that is none is a usage error", async () => {
  const { first, exit } = serveModel("--port", "99999");
  expect(await first).toBe("usage: --port must be a whole number from 0 to 65535");
  expect(await exit).toBe(2);
});
