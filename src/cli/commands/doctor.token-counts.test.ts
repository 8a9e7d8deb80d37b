import { expect, test } from "vitest";
import type { FakeRequest } from "../../testing/fake-upstream.ts";
import { startBridge } from "../../testing/bridge-fixture.ts";
import { SAMPLES } from "./doctor.samples.ts";
import { measureTokenCounts, meanError, tokenReport } from "./doctor.token-counts.ts";

/** A server with more tokens than are estimated: half as many again of Latin text, and of pictures. */
function counting(request: FakeRequest, cached = 0): void {
  const text = request.body.replaceAll(/"data:image[^"]*"/g, "");
  const wide = text.replaceAll(/[\0-\xff]/g, "").length;
  const pictures = text === request.body ? 0 : 520;
  const usage = {
    prompt_tokens: Math.round((text.length - wide) / 2.6 + wide * 1.4) + pictures,
    completion_tokens: 1,
    prompt_tokens_details: { cached_tokens: cached },
  };
  const choices = [{ index: 0, message: { role: "assistant", content: "a" }, finish_reason: "length" }];
  request.response
    .writeHead(200, { "content-type": "application/json" })
    .end(JSON.stringify({ id: "c", choices, usage }));
}

test("each kind is asked twice with one token to answer; the second time is measured, after the others have taught", async () => {
  await using fixture = await startBridge((request) => counting(request));
  const rows = await measureTokenCounts(fixture.bridge, "m");
  const asked = fixture.upstream.chats().map(({ body }) => JSON.parse(body) as { max_tokens: number });
  expect(asked.map(({ max_tokens }) => max_tokens)).toEqual(SAMPLES.flatMap(() => [1, 1]));
  expect(rows.map(({ kind }) => kind)).toEqual(SAMPLES.map(({ kind }) => kind));
  for (const row of rows) expect(row.reported).toBeGreaterThan(100);
  const [before, after] = [meanError(rows, "estimated"), meanError(rows, "calibrated")];
  expect(before).toBeGreaterThan(0.2);
  expect(after).toBeLessThan((before ?? 0) / 2);
});

test("what came from the server's cache was part of the prompt", async () => {
  await using fixture = await startBridge((request) => counting(request, 60));
  await using other = await startBridge((request) => counting(request));
  const [cached, plain] = [
    await measureTokenCounts(fixture.bridge, "m"),
    await measureTokenCounts(other.bridge, "m"),
  ];
  expect(cached).toEqual(plain);
});

test("a kind that the model does not take has no number, and the reason is said", async () => {
  await using fixture = await startBridge((request) => counting(request), { set: { vision: "false" } });
  const rows = await measureTokenCounts(fixture.bridge, "m");
  expect(rows.at(-1)).toMatchObject({ kind: "a picture", reported: null });
  expect(rows.at(-1)?.reason).toMatch(/image/);
  expect(rows.slice(0, -1).every(({ reported }) => reported !== null)).toBe(true);
});

test("a server that does not count is said to be one", async () => {
  await using fixture = await startBridge(({ response }) => {
    const choices = [{ index: 0, message: { role: "assistant", content: "a" }, finish_reason: "stop" }];
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ id: "c", choices }));
  });
  const rows = await measureTokenCounts(fixture.bridge, "m");
  expect(rows.map(({ reason }) => reason)).toEqual(rows.map(() => "the server reports no usage"));
  expect(meanError(rows, "estimated")).toBeNull();
});

test("a server that fails ends the measurement with what it said", async () => {
  await using fixture = await startBridge(
    ({ response }) => response.writeHead(401, {}).end('{"error":{"message":"no such key"}}'),
    { maxRetries: 0 },
  );
  await expect(measureTokenCounts(fixture.bridge, "m")).rejects.toThrow(/key/i);
});

test("the report: one line per kind, and what it comes to", () => {
  const rows = [
    { kind: "code", estimated: 90, reported: 100, calibrated: 102, reason: null },
    { kind: "prose", estimated: 130, reported: 100, calibrated: 96, reason: null },
    { kind: "a picture", estimated: null, reported: null, calibrated: null, reason: "it sees none" },
  ];
  expect(tokenReport({ model: "m", server: "http://h", rows })).toBe(
    [
      "Token counts of m at http://h: the estimate, against what the server reported",
      "                          estimate  reported    error  after learning from the others",
      "  code                          90       100  -10.0 %   +2.0 %",
      "  prose                        130       100  +30.0 %   -4.0 %",
      "  a picture                not measured: it sees none",
      "  mean distance                                20.0 %    3.0 %",
      "",
    ].join("\n"),
  );
});
