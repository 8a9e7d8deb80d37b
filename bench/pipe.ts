import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { Agent, request } from "undici";

export interface Pipe {
  url: string;
  close(): Promise<void>;
}

/** The least a proxy can do: every request goes to `target`, every byte comes back as it is. */
export async function startPipe(target: string): Promise<Pipe> {
  const agent = new Agent({ bodyTimeout: 0, headersTimeout: 0 });
  const forward = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = await request(target, { method: "POST", body: incoming, dispatcher: agent });
    response.writeHead(answer.statusCode, { "content-type": String(answer.headers["content-type"]) });
    await pipeline(answer.body, response);
  };
  const server = createServer((incoming, response) => void forward(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await agent.destroy();
    },
  };
}
