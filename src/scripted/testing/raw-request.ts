import { once } from "node:events";
import { connect } from "node:net";
import { type HttpCapture, parseHttpCapture } from "../../wire/http1.ts";
import type { CapturedRequest } from "./capture.ts";

/** What came back, and whether the server left the connection open behind it. */
export interface RawReply extends HttpCapture {
  keptOpen: boolean;
}

/** Sends a request over a socket of its own and reads one answer as raw bytes. */
export async function rawRequest(port: number, request: CapturedRequest): Promise<RawReply> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(Buffer.concat([Buffer.from(headOf(port, request)), request.body ?? Buffer.alloc(0)]));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) {
    chunks.push(chunk as Buffer);
    const reply = parsedIfWhole(Buffer.concat(chunks), request.method);
    if (reply === null) continue;
    await new Promise((resolve) => void setTimeout(resolve, 5));
    const keptOpen = !socket.readableEnded && !socket.destroyed;
    socket.destroy();
    return { ...reply, keptOpen };
  }
  return { ...parseHttpCapture(Buffer.concat(chunks)), keptOpen: false };
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
