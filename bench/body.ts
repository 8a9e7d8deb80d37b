import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findClaude } from "../src/launch/find-claude.ts";
import { runClaude } from "../src/launch/run-claude.ts";

export const SESSION_HEADER = "x-claude-code-session-id";

export interface BenchBody {
  /** The JSON text of a `POST /v1/messages`. */
  text: string;
  /** Names the conversation in a header, as the client does: requests of one are compared with each other. */
  session: string;
  /** Who wrote it. */
  source: string;
}

/** The prompt and the tools of a real Claude Code, made for this run; made up where there is none. */
export async function benchBody(): Promise<BenchBody> {
  const claude = await findClaude();
  const captured = claude === null ? null : await capture(claude.path);
  return captured === null
    ? { text: madeUp(), session: randomUUID(), source: "made up: there is no Claude Code here" }
    : { ...captured, source: `Claude Code ${claude?.version ?? ""}` };
}

/** The first request with tools of one client that is told 400; later ones are tries without this and that. */
async function capture(binary: string): Promise<Pick<BenchBody, "text" | "session"> | null> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  let first: Pick<BenchBody, "text" | "session"> | null = null;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const session = String(incoming.headers[SESSION_HEADER]);
      if (/"tools":\[\{/.test(text)) first ??= { text, session };
      const error = { type: "invalid_request_error", message: "that is all that is wanted" };
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ type: "error", error }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const home = join(folder, "home");
    await runClaude({
      binary,
      baseUrl,
      model: "bench",
      prompt: "hi",
      cwd: folder,
      home,
      env: { ENABLE_TOOL_SEARCH: "true" }, // 49 KB; with every tool inline it is 78
      timeoutMs: 60_000,
    });
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return first;
}

function property(n: number): object {
  return { type: "string", description: `What field ${n} is for. `.repeat(4) };
}

/** As many tools and as much prose as the client's own request: 49 KB. */
function madeUp(): string {
  const tools = Array.from({ length: 24 }, (_, tool) => ({
    name: `Tool${tool}`,
    description: `Tool ${tool} does one thing, and this is how to use it. `.repeat(20),
    input_schema: {
      type: "object",
      properties: Object.fromEntries(Array.from({ length: 4 }, (_unused, n) => [`field${n}`, property(n)])),
      required: ["field0"],
    },
  }));
  const system = [{ type: "text", text: "Be of help, and say what was done. ".repeat(330) }];
  return JSON.stringify({ model: "bench", system, tools, messages: [{ role: "user", content: "hi" }] });
}
