import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { locateClaude } from "../launch/find-claude.ts";
import { bodyOf, messagesOf, startSession } from "../testing/client-session.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LENGTH = 40;

/** Strings of a request that are not the client's prose: the user's words, names, ids, standards. */
const NOT_PROSE = new Set([
  "$schema",
  "user_id",
  "pattern",
  "model",
  "data",
  "signature",
  "id",
  "tool_use_id",
]);
const PROMPT = "Do [[three-at-once]], please, and tell me what came of it.";

function* textsOf(value: unknown, key = ""): Generator<string> {
  if (typeof value === "string" && !NOT_PROSE.has(key)) yield value;
  if (typeof value !== "object" || value === null) return;
  for (const [name, item] of Object.entries(value)) yield* textsOf(item, Array.isArray(value) ? key : name);
}

/** Every stretch of 40 characters of the prose, white space made equal. */
function fragments(text: string): string[] {
  const flat = text.replaceAll(/\s+/g, " ");
  return Array.from({ length: Math.max(0, flat.length - LENGTH + 1) }, (_, at) =>
    flat.slice(at, at + LENGTH),
  );
}

/** A file as it reads, with the escapes that JSON would have put there taken away (twice: JSON within JSON). */
function readings(raw: string): string[] {
  const once = unescaped(raw);
  return [raw, once, unescaped(once)].map((text) => text.replaceAll(/\s+/g, " "));
}

function unescaped(text: string): string {
  return text
    .replaceAll(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/\\[nrt]/g, " ")
    .replaceAll(/\\(["\\/])/g, "$1");
}

interface Client {
  prose: Set<string>;
  /** One of its requests, as sent. */
  request: string;
}

async function listenToTheClient(): Promise<Client> {
  const session = await startSession("ollama");
  try {
    await session.run({ prompt: PROMPT });
    await session.run({ prompt: PROMPT, env: { ENABLE_TOOL_SEARCH: "false" } });
    await session.run({ prompt: PROMPT, bare: true });
    const bodies = messagesOf(session).map(
      (exchange) => JSON.parse(bodyOf(exchange)) as { messages: { role: string }[] },
    );
    const clients = bodies.map((body) => ({
      ...body,
      messages: body.messages.filter(({ role }) => role !== "assistant"),
    }));
    const own = clients.flatMap((body) => [...textsOf(body)]).filter((text) => !text.includes("three-"));
    return { prose: new Set(own.flatMap(fragments)), request: messagesOf(session).map(bodyOf)[0] ?? "" };
  } finally {
    await session.close();
  }
}

test.skipIf(locateClaude() === null)(
  "no committed file holds forty characters of the client's prose",
  async () => {
    const { prose, request } = await listenToTheClient();
    const leak = (text: string): string | undefined =>
      readings(text)
        .flatMap(fragments)
        .find((fragment) => prose.has(fragment));
    // It finds what is there, however it is escaped.
    expect([leak(request), leak(JSON.stringify(request))]).not.toContain(undefined);
    expect(prose.size).toBeGreaterThan(50_000);
    const files = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" })
      .split("\0")
      .filter((file) => file !== "");
    expect(files.some((file) => file.startsWith("cassettes/"))).toBe(true);
    const leaks = files.flatMap((file) => {
      const found = leak(readFileSync(join(ROOT, file), "utf8"));
      return found === undefined ? [] : [`${file}: ${found}`];
    });
    expect(leaks).toEqual([]);
  },
);
