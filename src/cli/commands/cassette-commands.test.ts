import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { scratch } from "../../testing/cassettes.ts";
import { exitCodeOf, type ExitCode } from "../exit.ts";
import { cassetteCommand } from "./cassette.impl.ts";
import type { CassetteAction } from "./cassette.ts";
import { recordCommand } from "./record.impl.ts";
import { replayCommand } from "./replay.impl.ts";
import { verifyCommand } from "./verify.impl.ts";

const COMMITTED = fileURLToPath(new URL("../../../cassettes/", import.meta.url));
const BROKEN = fileURLToPath(new URL("../../../fixtures/broken-cassettes/", import.meta.url));
const NAME = "true-model-text";

let out = "";
let dir = "";

beforeEach(() => {
  out = "";
  dir = scratch();
  cpSync(COMMITTED + NAME, join(dir, NAME), { recursive: true });
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => {
      out += String(text);
      return true;
    });
});
afterEach(() => void vi.restoreAllMocks());

/** Changes the text of a file of the copied cassette. */
function edit(file: string, from: string | RegExp, to: string): void {
  const path = join(dir, NAME, file);
  const before = readFileSync(path, "utf8");
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

function recordedBody(): string {
  const stored = JSON.parse(readFileSync(join(dir, NAME, "exchanges/0001.json"), "utf8")) as {
    clientRequest: { body: (string | { part: string })[] };
  };
  const pieces = stored.clientRequest.body.map((piece) =>
    typeof piece === "string" ? piece : readFileSync(join(dir, NAME, "parts", piece.part), "utf8"),
  );
  return pieces.join("");
}

const verify = (more: object = {}): Promise<ExitCode> => verifyCommand({ names: [], dir, ...more });
const cassette = (action: CassetteAction, names: string[] = [NAME]): Promise<ExitCode> =>
  cassetteCommand({ action, names, dir });

test("verify: unchanged is 0", async () => {
  expect(await verify()).toBe(0);
  expect(out).toBe(`ok   ${NAME}: 1 exchanges, 0 differences\n`);
});

test("verify: changed content is 1, with exchange, pointer and both values", async () => {
  edit("exchanges/0001.json", /("bridgeResponse"[^]*?)Tokyo/, "$1Kyoto");
  edit("exchanges/0001.json", /("bridgeRequest"[^]*?)capital of/, "$1capitol of");
  expect(await verify()).toBe(1);
  expect(out).toContain(`FAIL ${NAME}: 1 exchanges, 2 differences\n`);
  expect(out).toMatch(
    / exchange 0001 front \/events\/\d+\/data\/delta\/text {2}recorded ".*Kyoto.*" {2}got ".*Tokyo.*"\n/,
  );
  expect(out).toMatch(
    / exchange 0001 upstream \/0\/body\/messages\/\d\/content {2}recorded ".*capitol.*" {2}got ".*capital.*"\n/,
  );
});

test("verify: an upstream request less is 4, and wins over 1", async () => {
  const path = join(dir, NAME, "exchanges/0001.json");
  const stored = JSON.parse(readFileSync(path, "utf8")) as { upstream: unknown[] };
  writeFileSync(path, JSON.stringify({ ...stored, upstream: [] }));
  const timing = join(dir, NAME, "timing/0001.json");
  writeFileSync(
    timing,
    JSON.stringify({ ...(JSON.parse(readFileSync(timing, "utf8")) as object), upstream: [] }),
  );
  expect(await verify()).toBe(4);
  expect(out).toContain("exchange 0001 number of upstream requests /length  recorded 0  got 1");
});

test("verify: too old is 4, broken is 4, nothing is 2", async () => {
  edit("cassette.json", /"recordedAt": "\d{4}/, '"recordedAt": "2020');
  expect(await verify({ "max-age": 30 })).toBe(4);
  expect(out).toMatch(/recorded \d+ days ago, more than the 30 of --max-age/);
  expect(await verify({ names: ["tampered-part"], dir: BROKEN })).toBe(4);
  expect(out).toContain("FAIL tampered-part: cassette-corrupt: part");
  await expect(verify({ names: ["../evil"] })).rejects.toMatchObject({ exitCode: 2 });
  await expect(verify({ dir: scratch() })).rejects.toMatchObject({ exitCode: 2 });
});

const replay = (command: string[], name = NAME): Promise<ExitCode> =>
  replayCommand({ name, dir, surface: "front", pace: "asap", "fail-on-drift": false, "--": command });

test("replay: what is not asked for fails it, though the child is content", async () => {
  expect(await replay(["/bin/true"])).toBe(4);
  expect(out).toContain("the client ended with exit code 0\nunconsumed: exchange 0001 was never asked for\n");
});

test("replay: another end of the client than recorded is 1", async () => {
  const client = join(dir, "client.mjs");
  const body = JSON.stringify(JSON.parse(recordedBody()));
  writeFileSync(
    client,
    `#!/usr/bin/env node
    const answer = await fetch(process.env.ANTHROPIC_BASE_URL + "/v1/messages?beta=true", { method: "POST", body: ${JSON.stringify(body)} });
    await answer.text();
    process.exitCode = 3;`,
    { mode: 0o755 },
  );
  expect(await replay([client])).toBe(1);
  expect(out).toContain("outcome: the client ended with exit code 3, when recorded with 0\nserved 1/1 exact");
});

test("replay: a missing and an empty cassette fail, a wrong pace is usage", async () => {
  expect(exitCodeOf(await replay(["/bin/true"], "nowhere").catch((error: unknown) => error))).toBe(4);
  cpSync(`${BROKEN}empty`, join(dir, "empty"), { recursive: true });
  expect(exitCodeOf(await replay(["/bin/true"], "empty").catch((error: unknown) => error))).toBe(4);
  await expect(
    replayCommand({ name: NAME, dir, surface: "front", pace: "fast", "fail-on-drift": false }),
  ).rejects.toMatchObject({ exitCode: 2 });
});

const record = (name: string, command: string[]): Promise<unknown> =>
  recordCommand({
    name,
    dir,
    backend: "auto",
    redact: "published",
    repair: true,
    strict: false,
    "--": command,
  }).catch((error: unknown) => error);

test("record: never in CI, never over another one, never nothing", async () => {
  vi.stubEnv("CI", "true");
  expect(exitCodeOf(await record("new", ["/bin/true"]))).toBe(2);
  vi.stubEnv("CI", "");
  expect(exitCodeOf(await record(NAME, ["/bin/true"]))).toBe(2);
  expect(exitCodeOf(await record("new", []))).toBe(2);
  expect(exitCodeOf(await record("new", ["/bin/true"]))).toBe(4);
  vi.unstubAllEnvs();
  expect(readdirSync(dir)).toEqual([NAME]);
});

test("cassette accept: our sides are rewritten, those of the others not by a byte", async () => {
  const stored = (): Record<string, unknown> =>
    JSON.parse(readFileSync(join(dir, NAME, "exchanges/0001.json"), "utf8")) as Record<string, unknown>;
  const before = stored();
  edit("exchanges/0001.json", /"bridgeResponse"[^]*?"status": 200/, '"bridgeResponse": { "status": 201');
  expect(await cassette("accept")).toBe(0);
  expect(await verify()).toBe(0);
  expect(stored()["clientRequest"]).toEqual(before["clientRequest"]);
  expect(stored()["upstream"]).toEqual(before["upstream"]);
  expect(out).toContain("exchange 0001 front /status  recorded 201  got 200");
});

test("cassette refresh: another answer of the model, the client's words as they were", async () => {
  vi.stubEnv("CI", "");
  cpSync(`${COMMITTED}parallel-tools`, join(dir, "tools"), { recursive: true });
  const stored = (): { clientRequest: unknown; upstream: { upstreamResponse: { body: unknown } }[] } =>
    JSON.parse(readFileSync(join(dir, "tools", "exchanges/0002.json"), "utf8")) as ReturnType<typeof stored>;
  const before = stored();
  expect(await cassette("refresh", ["tools"])).toBe(0);
  expect(stored().clientRequest).toEqual(before.clientRequest);
  expect(stored().upstream.map((hop) => hop.upstreamResponse.body)).not.toEqual(
    before.upstream.map((hop) => hop.upstreamResponse.body),
  );
  expect(await verify({ names: ["tools"] })).toBe(0);
});

test("cassette list, show, diff, scan, migrate", async () => {
  expect(await cassette("list", [])).toBe(0);
  expect(out).toMatch(/^true-model-text {2}1 exchanges {2}openai {2}\S+ {2}published {2}\d{4}-\d\d-\d\d\n$/);
  expect(await cassette("show")).toBe(0);
  expect(out).toContain("0001  POST /v1/messages?beta=true");
  cpSync(join(dir, NAME), join(dir, "other"), { recursive: true });
  expect(await cassette("diff", [NAME, "other"])).toBe(0);
  edit("exchanges/0001.json", "Tokyo", "Kyoto");
  expect(await cassette("diff", ["other", NAME])).toBe(1);
  expect(out).toContain("Kyoto");
  expect(await cassette("scan")).toBe(0);
  edit("exchanges/0001.json", "Kyoto", `sk-ant-${"0".repeat(20)}`);
  expect(await cassette("scan")).toBe(1);
  expect(out).toMatch(/true-model-text: key in text of body \d/);
  expect(await cassette("migrate", ["other"])).toBe(0);
});

test("cassette show --format jsonl: every pair as a line of JSON", async () => {
  expect(await cassetteCommand({ action: "show", names: [NAME], dir, format: "jsonl" })).toBe(0);
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { hop: string; exchange: string });
  expect(lines.at(-1)).toMatchObject({
    hop: "front",
    exchange: "0001",
    request: { path: "/v1/messages?beta=true" },
  });
  expect(lines.some(({ hop }) => hop === "back")).toBe(true);
});
