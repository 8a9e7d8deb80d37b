import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { PrefixWatch } from "../bridge/prefix-watch.ts";
import { readCassette } from "../cassette/read.ts";
import { prefixReport } from "../translate/prefix.ts";

const FOLDER = fileURLToPath(new URL("../../cassettes", import.meta.url));
/** Of the sessions that this bridge translated: what is passed through is the client's own prompt. */
const names = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .filter((name) => !/"provider": "anthropic"/.test(readFileSync(`${FOLDER}/${name}/cassette.json`, "utf8")));

async function prompts(name: string): Promise<string[]> {
  const { exchanges } = await readCassette(`${FOLDER}/${name}`);
  return exchanges.flatMap(({ upstream }) =>
    upstream
      .filter(({ bridgeRequest }) => /\/chat(?:\/completions)?$/.test(bridgeRequest.path))
      .map(({ bridgeRequest }) => new TextDecoder().decode(bridgeRequest.body)),
  );
}

describe("in the real client's sessions", () => {
  test.each(names)("%s: no prompt takes back what the one before had", async (name) => {
    const bodies = await prompts(name);
    expect(bodies.length).toBeGreaterThan(0);
    const watch = new PrefixWatch();
    const seen = bodies.map((body) => watch.observe({ "x-claude-code-session-id": "s" }, name, body));
    expect(seen.filter((found) => found !== null && found.message !== null)).toEqual([]);
  });

  test("each of two-prompts-image begins with the bytes of the one before", async () => {
    const bodies = await prompts("two-prompts-image");
    expect(bodies.length).toBeGreaterThan(2);
    const reports = bodies.slice(1).map((next, n) => prefixReport(bodies[n] ?? "", next));
    expect(reports.map(({ broken, tokensLost }) => ({ broken, tokensLost }))).toEqual(
      reports.map(() => ({ broken: null, tokensLost: 0 })),
    );
  });
});
