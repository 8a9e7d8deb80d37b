import { expect, test } from "vitest";
import { loadScripts } from "./load-scripts.ts";

test("the built-in scripts load, ranked by file, no marker twice", async () => {
  const markers = (await loadScripts()).map((script) => script.marker);
  expect(markers.indexOf("[[text]]")).toBe(0);
  expect(markers.indexOf("[[cc-donet]]")).toBeLessThan(markers.indexOf("日本の首都はどこですか"));
  expect(new Set(markers).size).toBe(markers.length);
});

test("no marker hides a script of lower rank whose marker contains it", async () => {
  const markers = (await loadScripts()).map((script) => script.marker);
  const hidden = markers.filter((marker, i) => markers.slice(i + 1).some((later) => marker.includes(later)));
  expect(hidden).toEqual([]);
});

test("every call of the sessions is whole, and carries a marker that moves the session on", async () => {
  const scripts = await loadScripts();
  const sessions = scripts.slice(scripts.findIndex((script) => script.marker === "[[say-text]]"));
  const texts = sessions.map(({ pieces }) => pieces.join("")).filter((text) => text.includes("<tool_call>"));
  expect(texts.length).toBeGreaterThan(5);
  for (const text of texts) {
    const calls = text.split("<tool_call>\n").slice(1);
    for (const call of calls) expect(() => JSON.parse(call.split("\n</tool_call>")[0] ?? "")).not.toThrow();
    expect(sessions.some((later) => text.includes(later.marker))).toBe(true);
  }
});
