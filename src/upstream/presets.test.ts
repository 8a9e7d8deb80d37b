import { expect, test } from "vitest";
import { presetNamed, PRESETS } from "./presets.ts";

test.each(Object.entries(PRESETS))("%s", (name, preset) => {
  const url = new URL(preset.baseUrl);
  expect(preset.baseUrl).not.toMatch(/\/$/);
  // What is not on this machine is reached safely and wants a key.
  expect([url.protocol, preset.keyRequired]).toEqual(
    url.hostname === "localhost" ? ["http:", false] : ["https:", true],
  );
  for (const key of preset.keys) expect(key).toMatch(/^[A-Z]+(_API)?_(KEY|TOKEN)$/);
  expect(presetNamed(name)).toBe(preset);
});

test.each(["", "azure", "toString", "Ollama"])("%j is no provider", (name) => {
  expect(presetNamed(name)).toBeNull();
});
