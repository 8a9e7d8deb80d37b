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
