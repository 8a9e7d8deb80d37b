import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { CaseSpec } from "../conformance/case.ts";
import { runCase } from "../conformance/run-case.ts";
import type { World } from "../conformance/world.ts";
import { startScripted } from "../scripted/server.ts";

export type Target = (request: IncomingMessage, response: ServerResponse, upstream: string) => unknown;

/** Runs a case against a small target, and gives what was found. `upstream` is a scripted OpenAI-compatible server. */
export async function runOnTarget(
  target: Target,
  spec: Pick<CaseSpec, "procedure" | "sends"> & Partial<CaseSpec>,
): Promise<string[]> {
  const scripted = await startScripted({ flavour: "openai", deterministic: true });
  const server = createServer((request, response) => {
    response.on("error", () => undefined);
    void answer(target, request, response, scripted.url);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const signal = AbortSignal.timeout(20_000);
  const world: World = {
    url: `http://127.0.0.1:${port}`,
    dialect: "openai",
    scripted,
    foreign: true,
    model: null,
    signal,
    close: () => Promise.resolve(),
  };
  const whole: CaseSpec = { id: "x.y", level: "MUST", kinds: ["script"], title: "", spec: [], ...spec };
  const suite = { suite: "x", title: "", defaults: {}, cases: [whole] };
  try {
    const { findings } = await runCase({ spec: whole, suite, kind: "script" }, world);
    return findings.filter(({ severity }) => severity === "error").map(({ message }) => message);
  } finally {
    server.closeAllConnections();
    server.close();
    await scripted.close();
  }
}

/** A target that fails cuts its connection. */
async function answer(
  target: Target,
  request: IncomingMessage,
  response: ServerResponse,
  upstream: string,
): Promise<void> {
  try {
    await target(request, response, upstream);
  } catch {
    response.destroy();
  }
}

/** The whole text of a request's body. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
