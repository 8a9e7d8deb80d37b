import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type HttpCapture, parseHttpCapture } from "../../wire/http1.ts";
import type { CapturedRequest } from "./capture.ts";

/** Sends a request over a socket of its own and reads one answer as raw bytes. */
export async function rawRequest(port: number, request: CapturedRequest): Promise<HttpCapture> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  try {
    return await rawExchange(socket, port, request);
  } finally {
    socket.destroy();
  }
}

/** The same over an open socket, which stays open. Rejects when the server closes it too early. */
export function rawExchange(socket: Socket, port: number, request: CapturedRequest): Promise<HttpCapture> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const settle = (done: () => void): void => {
      socket.off("data", read).off("close", leave);
      done();
    };
    const leave = (): void =>
      settle(() => reject(new Error("the server closed the connection before the answer was whole")));
    const read = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const reply = parsedIfWhole(bytes, request.method);
      if (reply !== null) settle(() => resolve(reply));
    };
    socket.on("data", read).on("close", leave);
    socket.write(Buffer.concat([Buffer.from(headOf(port, request)), request.body ?? Buffer.alloc(0)]));
  });
}

function headOf(port: number, { method, path, headers, body }: CapturedRequest): string {
  const all: Record<string, string> = { Host: `127.0.0.1:${port}`, Accept: "*/*", ...headers };
  if (body !== null) {
    all["Content-Type"] ??= "application/json";
    all["Content-Length"] = String(body.length);
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}

function parsedIfWhole(bytes: Buffer, method: string): HttpCapture | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return null;
  const reply = parseHttpCapture(bytes);
  return reply.complete || method === "HEAD" ? reply : null;
}
