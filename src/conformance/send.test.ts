import { expect, test } from "vitest";
import type { CaseSpec, SendSpec } from "./case.ts";
import { expandSends } from "./send.ts";

function expand(sends: SendSpec[], more: Partial<CaseSpec> = {}): ReturnType<typeof expandSends> {
  const spec: CaseSpec = { id: "a.b", level: "MUST", kinds: ["script"], title: "", spec: [], sends, ...more };
  return expandSends(spec, { request: { model: "m" } }, "openai");
}

test("modes and splits multiply, names stay", () => {
  const sends = expand([{ name: "x", mode: "both", splits: ["whole", "byte"] }]);
  expect(sends.map(({ name, mode, split }) => [name, mode, split])).toEqual([
    ["x", "json", "whole"],
    ["x", "json", "byte"],
    ["x", "stream", "whole"],
    ["x", "stream", "byte"],
  ]);
  expect(sends.map(({ request }) => request?.["stream"])).toEqual([undefined, undefined, true, true]);
});

test("`each` lays its entries over the send: request and headers merged, expectations added", () => {
  const [first, second] = expand([
    {
      request: { a: 1 },
      headers: { "x-a": "1" },
      expect: [{ status: 200 }],
      each: [{ request: { b: 2 } }, { name: "second", headers: { "x-a": null }, expect: ["failed"] }],
    },
  ]);
  expect(first).toMatchObject({
    name: "1.1",
    request: { model: "m", a: 1, b: 2 },
    expect: [{ status: 200 }],
  });
  expect(first?.headers).toContainEqual(["x-a", "1"]);
  expect(second).toMatchObject({ name: "second", expect: [{ status: 200 }, "failed"] });
  expect(second?.headers.map(([name]) => name)).not.toContain("x-a");
});

test("what is meant for the other upstream is not sent", () => {
  expect(expand([{ only: "ollama" }, { name: "mine", only: "openai" }]).map(({ name }) => name)).toEqual([
    "mine",
  ]);
});

test("a request that sets stream itself, a raw body and another route have no mode", () => {
  const sends = expand([{ request: { stream: null } }, { body: "{" }, { path: "/v1/models", method: "GET" }]);
  expect(sends.map(({ mode }) => mode)).toEqual([null, null, null]);
  expect(sends.map(({ request, body }) => [request?.["stream"], body])).toEqual([
    [null, null],
    [undefined, "{"],
    [undefined, null],
  ]);
});

test("a default key can be left out, and a text repeated", () => {
  const [send] = expand([{ omit: ["model"], headers: { "x-long": "<<repeat:ab:3>>" } }]);
  expect(send?.request).not.toHaveProperty("model");
  expect(send?.headers).toContainEqual(["x-long", "ababab"]);
});
