import type { Socket } from "node:net";

/** Ends a connection in the midst of an answer, after what was written has left: by a reset or by a FIN. */
export function breakOff(socket: Socket, how: "rst" | "fin"): void {
  // An empty write calls back when all before it has left. In that very callback a reset still goes out as a FIN.
  socket.write("", () =>
    setImmediate(() => (how === "rst" ? socket.resetAndDestroy() : socket.destroySoon())),
  );
}
