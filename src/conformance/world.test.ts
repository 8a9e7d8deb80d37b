import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { expandSends } from "./send.ts";
import { performSend, type World } from "./world.ts";

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** A target that keeps what it was sent. */
async function keeper(): Promise<{ world: World; bodies: Buffer[] }> {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      bodies.push(Buffer.concat(chunks));
      response.end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const world: World = {
    url: `http://127.0.0.1:${port}`,
    dialect: "openai",
    scripted: null,
    foreign: true,
    model: "qwen3:1.7b",
    signal: new AbortController().signal,
    close: async () => undefined,
  };
  return { world, bodies };
}

const BYTES = Buffer.concat([Buffer.from('{"model":"scripted","x":"'), Buffer.of(0xff), Buffer.from('"}')]);

test.each([
  ["a request", { request: { max_tokens: 5 } }, '"model":"qwen3:1.7b"'],
  ["a body written out", { body: '{"model":"scripted",}' }, '{"model":"qwen3:1.7b",}'],
  ["a body in bytes", { body: { b64: BYTES.toString("base64") } }, '{"model":"qwen3:1.7b","x":"\\xff"}'],
  ["another model", { request: { model: "no-such-model" } }, '"model":"no-such-model"'],
])("%s names the model of the run", async (_title, send, expected) => {
  const { world, bodies } = await keeper();
  const spec = { id: "a.case", level: "MUST", kind: "wire", title: "t", spec: [], sends: [send] };
  const [only] = expandSends(spec as unknown as Parameters<typeof expandSends>[0], {}, "openai");
  await performSend(world, only as NonNullable<typeof only>, []);
  expect(bodies[0]?.toString("latin1").replaceAll("\u00ff", "\\xff")).toContain(expected);
});
