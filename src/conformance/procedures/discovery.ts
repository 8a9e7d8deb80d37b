import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Finding } from "../../strict/finding.ts";
import { embeddedWorld } from "../world.ts";
import { procedure, type Procedure } from "./procedure.ts";

/**
 * The case's sends to the target as it is; and, where the target is our own, to bridges whose model server
 * is not there, or takes every connection and says nothing.
 */
export const discovery: Procedure<null> = procedure({ type: "null" }, async (context) => {
  const { world, spec, sends } = context;
  const findings: Finding[] = [];
  for (const one of sends) findings.push(...(await context.send(one)).findings);
  if (world.foreign) return findings;
  const silent = await silentServer();
  const places: [why: string, baseUrl: string][] = [
    ["the model server is down", "http://127.0.0.1:1"],
    ["the model server says nothing", silent.url],
  ];
  try {
    for (const [why, baseUrl] of places) {
      const elsewhere = await embeddedWorld(world.dialect, spec.bridge ?? {}, world.signal, { baseUrl });
      try {
        for (const one of sends) {
          const { findings: found } = await context.send(one, elsewhere);
          findings.push(...found.map((each) => ({ ...each, message: `(${why}) ${each.message}` })));
        }
      } finally {
        await elsewhere.close();
      }
    }
  } finally {
    silent.close();
  }
  return findings;
});

async function silentServer(): Promise<{ url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
