import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { Agent, request } from "undici";

/** The least a proxy can do: every request goes to `target`, every byte comes back as it is. */
export async function startPipe(target: string): Promise<AsyncDisposable & { url: string }> {
  const agent = new Agent({ bodyTimeout: 0, headersTimeout: 0 });
  const server = createServer(async (incoming, response) => {
    const answer = await request(target, { method: "POST", body: incoming, dispatcher: agent });
    response.writeHead(answer.statusCode, { "content-type": String(answer.headers["content-type"]) });
    await pipeline(answer.body, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await agent.destroy();
    },
  };
}
