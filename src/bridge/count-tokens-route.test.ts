import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startBridge } from "../testing/bridge-fixture.ts";

const pdf = (name: string): object => ({
  type: "document",
  source: {
    type: "base64",
    media_type: "application/pdf",
    data: readFileSync(new URL(`../../fixtures/pdf/${name}.pdf`, import.meta.url)).toString("base64"),
  },
});

test("a PDF counts as the text the model will get, also beside one that cannot be read", async () => {
  await using fixture = await startBridge(() => undefined, { set: { vision: "false" } });
  const count = async (...names: string[]): Promise<number> => {
    const messages = names.map((name) => ({ role: "user", content: [pdf(name)] }));
    const body = JSON.stringify({ model: "m", messages });
    const response = await fetch(`${fixture.url}/v1/messages/count_tokens`, { method: "POST", body });
    return ((await response.json()) as { input_tokens: number }).input_tokens;
  };
  const readable = await count("two-pages");
  const unreadable = await count("encrypted");
  expect(readable).toBeGreaterThan(20);
  expect(readable).toBeLessThan(100);
  expect(unreadable).toBeGreaterThan(1_000);
  expect(await count("two-pages", "encrypted")).toBeLessThan(readable + unreadable + 20);
});
