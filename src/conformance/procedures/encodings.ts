import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Finding } from "../../strict/finding.ts";
import type { Expectation } from "../case.ts";
import { NoAnswer } from "../http.ts";
import type { RawConnection } from "../raw-http.ts";
import type { Send } from "../send.ts";
import type { World } from "../world.ts";
import { headOf, onSocket, payloadOf, queueFor, readAndJudge } from "./on-socket.ts";
import { procedure, type Procedure, type ProcedureContext } from "./procedure.ts";

/** How a body is put on the wire, and what may come of it. */
interface Way {
  name: string;
  write(connection: RawConnection, send: Send, payload: Buffer, world: World): Promise<void> | void;
  expect: Expectation[];
  /** The target may close instead of answering. */
  mayClose?: boolean;
}

/** More than any target takes, and small when it is compressed. */
const BOMB_BYTES = 40 * 1024 * 1024;
const CHUNK_SIZES = [1, 7, 3, 64, 2];

const ANSWERED: Expectation[] = [{ status: 200 }];
const ANSWERED_OR_NOT: Expectation[] = [
  { "one-of": [[{ status: 200 }], [{ refused: { status: [400, 415] } }]] },
];
const REFUSED: Expectation[] = [{ refused: { status: [400, 413, 415] } }];

const WAYS: readonly Way[] = [
  {
    name: "byte by byte",
    expect: ANSWERED,
    write(connection, send, payload, world) {
      connection.write(headOf(send, world, { "content-length": payload.length }));
      for (const byte of payload) connection.write(Uint8Array.of(byte));
    },
  },
  {
    name: "in chunks of odd sizes",
    expect: ANSWERED,
    write(connection, send, payload, world) {
      connection.write(headOf(send, world, { "transfer-encoding": "chunked" }));
      for (let at = 0, n = 0; at < payload.length; n++) {
        const piece = payload.subarray(at, at + (CHUNK_SIZES[n % CHUNK_SIZES.length] ?? 1));
        connection.write(`${piece.length.toString(16)}\r\n${piece.toString("latin1")}\r\n`);
        at += piece.length;
      }
      connection.write("0\r\n\r\n");
    },
  },
  {
    name: "after Expect: 100-continue",
    expect: ANSWERED,
    async write(connection, send, payload, world) {
      connection.write(headOf(send, world, { "content-length": payload.length, expect: "100-continue" }));
      // A client that hears nothing sends its body all the same.
      await sleep(20);
      connection.write(payload);
    },
  },
  { name: "gzip", expect: ANSWERED_OR_NOT, write: encoded("gzip", gzipSync) },
  { name: "zstd", expect: ANSWERED_OR_NOT, write: encoded("zstd", zstdCompressSync) },
  { name: "broken gzip", expect: REFUSED, write: encoded("gzip", (payload) => payload) },
  { name: "an encoding that nobody knows", expect: REFUSED, write: encoded("rot13", (payload) => payload) },
  { name: "a bomb", expect: REFUSED, mayClose: true, write: encoded("gzip", () => bomb()) },
  {
    name: "shorter than it says",
    expect: [{ refused: { status: [400, 408] } }],
    mayClose: true,
    write(connection, send, payload, world) {
      connection.write(headOf(send, world, { "content-length": payload.length + 10 }));
      connection.write(payload);
      connection.socket.end();
    },
  },
  {
    name: "longer than it says",
    expect: [{ refused: { status: 400 } }],
    mayClose: true,
    write(connection, send, payload, world) {
      connection.write(headOf(send, world, { "content-length": payload.length - 1 }));
      connection.write(payload);
    },
  },
];

/** The case's sends with their bodies put on the wire in each way that HTTP has, rightly and wrongly. */
export const encodings: Procedure<null> = procedure({ type: "null" }, async (context) => {
  const findings: Finding[] = [];
  for (const send of context.sends)
    for (const way of WAYS) findings.push(...(await sendIn(way, send, context)));
  return findings;
});

async function sendIn(way: Way, send: Send, context: ProcedureContext): Promise<Finding[]> {
  const one: Send = { ...send, name: `${send.name}, ${way.name}`, expect: [...way.expect] };
  queueFor(context.world, [one]);
  return onSocket(context.world, async (connection) => {
    await way.write(connection, one, payloadOf(one, context.world), context.world);
    try {
      return (await readAndJudge(connection, one, context)).findings;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (way.mayClose === true && (await connection.closed())) return [];
      return [
        { rule: "answers", message: `[${one.name}] ${error.message}`, evidence: "", severity: "error" },
      ];
    }
  });
}

function encoded(encoding: string, encode: (payload: Buffer) => Buffer): Way["write"] {
  return (connection, send, payload, world) => {
    const bytes = encode(payload);
    connection.write(headOf(send, world, { "content-length": bytes.length, "content-encoding": encoding }));
    connection.write(bytes);
  };
}

let made: Buffer | undefined;

function bomb(): Buffer {
  return (made ??= gzipSync(Buffer.alloc(BOMB_BYTES, " "), { level: 1 }));
}
