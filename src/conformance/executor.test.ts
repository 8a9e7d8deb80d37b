import { expect, test } from "vitest";
import { threadExecutor } from "./executor.ts";
import { loadSuites } from "./load.ts";
import { selectJobs, type Job } from "./select.ts";

async function jobs(...cases: string[]): Promise<Job[]> {
  return selectJobs(await loadSuites(), { cases, version: "test" });
}

test("another thread gives the rows that this one would", async () => {
  const executor = await threadExecutor();
  try {
    const some = await jobs("messages.shape.envelope", "protocol.request-id");
    const results = await Promise.all(some.map((job) => executor.run(job, "scripted")));
    expect(results.map(({ id, upstream, verdict, reason }) => [id, upstream, verdict, reason])).toEqual([
      ["messages.shape.envelope", "ollama", "pass", null],
      ["messages.shape.envelope", "openai", "pass", null],
      ["protocol.request-id", null, "pass", null],
    ]);
  } finally {
    await executor.close();
  }
});

test("a thread that ends early breaks its rows, and does not hang them", async () => {
  const executor = await threadExecutor();
  const [job] = await jobs("protocol.request-id");
  if (job === undefined) throw new Error("no such case");
  const running = executor.run(job, "scripted");
  await executor.close();
  expect(await running).toMatchObject({ verdict: "harness-error", blame: "harness" });
  expect(await executor.run(job, "scripted")).toMatchObject({ verdict: "harness-error" });
});
