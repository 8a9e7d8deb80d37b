import { startScripted } from "../../scripted/server.ts";
import { usageError } from "../exit.ts";
import type { ServeModelArguments } from "./serve-model.ts";

const LAST_PORT = 65_535;

/** Serves until SIGINT or SIGTERM. One line on stdout says where. */
export async function serveModel(argv: ServeModelArguments): Promise<void> {
  const { host, port, mode, flavour, delay } = argv;
  if (!Number.isInteger(port) || port < 0 || port > LAST_PORT) {
    throw usageError(`--port must be a whole number from 0 to ${LAST_PORT}`);
  }
  if (!(delay >= 0)) throw usageError("--delay must be a number of milliseconds, 0 or more");
  const server = await startScripted({ host, port, mode, flavour, delayMs: delay });
  process.stdout.write(`listening on ${server.url}\n`);
  await interrupted();
  await server.close();
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve();
    };
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
  });
}
