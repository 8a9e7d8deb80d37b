import { expect, test } from "vitest";
import { startFakeUpstream } from "../../testing/fake-upstream.ts";
import { findModel, openBackends } from "./run.backend.ts";

const stderr = process.stderr;

test("run refuses a provider that is passed through, and says what to do", async () => {
  const argv = { provider: "anthropic", model: ["m"], "base-url": "http://127.0.0.1:9" } as const;
  await expect(openBackends({ ...argv, model: [...argv.model] }, { stderr })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("judge the server itself with --target URL") as string,
  });
  expect(await openBackends({ provider: "anthropic", target: "http://127.0.0.1:9" }, { stderr })).toEqual([]);
});

test("record finds a server of the Messages API by its URL, and needs to be told which", async () => {
  const upstream = await startFakeUpstream(({ response }) => response.end("{}"));
  const argv = { provider: "anthropic", model: "m", "base-url": upstream.url } as const;
  expect(await findModel(argv, { stderr })).toMatchObject({ kind: "url", provider: "anthropic", model: "m" });
  await upstream.close();
  await expect(findModel(argv, { stderr })).rejects.toMatchObject({ code: "backend-unreachable" });
  await expect(findModel({ provider: "anthropic" }, { stderr })).rejects.toMatchObject({
    code: "backend-missing",
    message: expect.stringContaining("--base-url URL") as string,
  });
});
