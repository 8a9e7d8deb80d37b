import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseHttpCapture } from "../../wire/http1.ts";
import { contextLimit, detailOf, modeOf, onGpu, parametersOf } from "./ollama-facts.ts";

function captured(name: string): unknown {
  const file = new URL(`../../../fixtures/wire/${name}.response.http`, import.meta.url);
  return JSON.parse(Buffer.from(parseHttpCapture(readFileSync(file)).body).toString("utf8")) as unknown;
}

test.each([
  ["show-go-plain", "go"],
  ["show-go-tools", "go"],
  ["show-jinja-tools", "jinja"],
  ["show-jinja-think", "jinja"],
])("%s is run by %s", (name, mode) => {
  expect(modeOf(captured(name))).toBe(mode);
});

test.each([
  ["TEMPLATE x\nRENDERER qwen3-vl-instruct\nPARAMETER stop x\n", "parser"],
  ["TEMPLATE x\nPARSER qwen3\n", "parser"],
  ["TEMPLATE PARSER of no kind\n", "go"],
])("a Modelfile %j", (modelfile, mode) => {
  expect(modeOf({ modelfile, template: "{{ .Prompt }}" })).toBe(mode);
});

test("what a real Ollama tells of a model", () => {
  const show = captured("show-go-tools");
  expect(contextLimit(show)).toBe(131_072);
  expect(detailOf(show, "quantization_level")).toBeNull();
  expect(detailOf(show, "parameter_size")).toBe("2.51M");
  expect(parametersOf(show)).toEqual({ stop: '"<|im_start|>" "<|im_end|>"', temperature: "0" });
});

test.each([
  [{ size: 100, size_vram: 25 }, 0.25],
  [{ size: 100, size_vram: 0 }, 0],
  [{ size: 0, size_vram: 0 }, null],
  [{}, null],
])("on a GPU: %j", (entry, part) => {
  expect(onGpu({ models: [{ name: "m:latest", ...entry }] }, "m")).toBe(part);
});

test.each([undefined, null, [], "x", {}])("%j tells nothing", (json) => {
  expect([modeOf(json), contextLimit(json), onGpu(json, "m")]).toEqual([null, null, null]);
  expect(parametersOf(json)).toEqual({});
});
