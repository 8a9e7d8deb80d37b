import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ScriptedServer } from "../scripted/options.ts";
import { modelScript, toolCall, words } from "../scripted/pieces.ts";
import { startScripted } from "../scripted/server.ts";
import { makeCertificate } from "../testing/certificate.ts";
import { type FakeWeb, ONE_HIT, startFakeWeb } from "../testing/fake-web.ts";
import { type ProgramResult, runProgram } from "../testing/program.ts";
import { tappedClaude, type TappedClaude } from "../testing/tapped-claude.ts";

let folder: string;
let site: Server;
let fetched: string[];
let scripted: ScriptedServer;
let searx: FakeWeb;
let claude: TappedClaude;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "web-tools-"));
  for (const name of ["home", "project"]) mkdirSync(join(folder, name));
  const { key, cert } = makeCertificate();
  writeFileSync(join(folder, "cert.pem"), cert);
  fetched = [];
  site = createServer({ key, cert }, (request, response) => {
    fetched.push(request.url ?? "");
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>Heading</h1><p>needle-of-page</p>");
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const { port } = site.address() as AddressInfo;
  searx = await startFakeWeb(() => ({ body: ONE_HIT }));
  scripted = await startScripted({
    scripts: [
      // The client raises http to https.
      modelScript(
        "[[read-it]]",
        toolCall("WebFetch", { url: `http://127.0.0.1:${port}/page`, prompt: "[[summarise]] Sum up." }),
      ),
      modelScript("[[summarise]]", words("A summary [[summed-up]]")),
      modelScript("[[summed-up]]", words("The page was read.")),

      modelScript("[[search-it]]", toolCall("WebSearch", { query: "[[inner-search]]" })),
      modelScript("[[inner-search]]", toolCall("web_search", { query: "[[inner-search]] needles" })),
      modelScript("An excerpt.", words("Found: [[found-it]]")),
      modelScript("[[found-it]]", words("The search was made.")),
    ],
  });
  claude = tappedClaude(folder);
});

afterEach(async () => {
  await scripted.close();
  await searx[Symbol.asyncDispose]();
  await new Promise<void>((resolve) => {
    site.close(() => resolve());
    site.closeAllConnections();
  });
  rmSync(folder, { recursive: true });
});

/** `claude-bridge ollama scripted … -p PROMPT` with nothing but loopback in reach. */
function run(prompt: string, ...more: string[]): Promise<ProgramResult> {
  const env = {
    PATH: process.env["PATH"],
    HOME: join(folder, "home"),
    IS_SANDBOX: "1",
    NODE_EXTRA_CA_CERTS: join(folder, "cert.pem"),
    HTTP_PROXY: "http://127.0.0.1:9",
    HTTPS_PROXY: "http://127.0.0.1:9",
  };
  const bridge = ["ollama", "scripted", "--base-url", scripted.url, "--claude-binary", claude.path, ...more];
  const args = [...bridge, "-p", prompt, "--dangerously-skip-permissions"];
  return runProgram("claude-bridge", args, { env, cwd: join(folder, "project") });
}

interface Asked {
  model: string;
  tools: { type?: string; name: string }[];
  messages: { content: unknown }[];
}

/** The client's requests for answers. */
function asked(): Asked[] {
  return claude
    .records()
    .filter(({ path }) => path.startsWith("/v1/messages?"))
    .map(({ body }) => JSON.parse(body) as Asked);
}

test("the client's WebFetch reads a page, without asking claude.ai, and sums it up with the bridge's model", async () => {
  expect(await run("[[read-it]]")).toMatchObject({
    code: 0,
    leftBehind: false,
    stdout: "The page was read.\n",
  });
  expect(fetched).toEqual(["/page"]);
  const [, inner, last] = asked();
  expect(inner).toMatchObject({ model: "scripted", tools: [] });
  expect(JSON.stringify(inner?.messages)).toContain("needle-of-page");
  expect(JSON.stringify(last?.messages.at(-1))).toContain("A summary");
  expect(asked()).toHaveLength(3);
});

test("with --web-search the client's WebSearch is made by the bridge", async () => {
  expect(await run("[[search-it]]", "--web-search", `searxng:${searx.url}`)).toMatchObject({
    code: 0,
    leftBehind: false,
    stdout: "The search was made.\n",
  });
  expect(searx.requests.map(({ path }) => path)).toEqual([
    "/search?q=%5B%5Binner-search%5D%5D+needles&format=json",
  ]);
  const [, inner, last] = asked();
  expect(inner?.tools).toMatchObject([{ type: "web_search_20250305", name: "web_search" }]);
  expect(JSON.stringify(last?.messages.at(-1))).toContain("https://example.com/page");
});
