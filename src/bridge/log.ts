/** The part of pino's interface that the bridge uses. Entries hold codes, counts and times, never content. */
export interface Logger {
  debug(entry: object, message: string): void;
  info(entry: object, message: string): void;
  warn(entry: object, message: string): void;
  error(entry: object, message: string): void;
}

export interface LogOptions {
  level: "debug" | "info" | "warn" | "error" | "silent";
  /** A file to append to; by default standard error. */
  file?: string;
}

const SECRET_PATHS = [
  "headers.authorization",
  'headers["x-api-key"]',
  "*.apiKey",
  "*.api_key",
  "*.authToken",
  "apiKey",
  "authToken",
];

/** A JSON-lines log on standard error or in a file. Standard output is never used. */
export async function createLogger(options: LogOptions): Promise<Logger> {
  const { pino } = await import("pino");
  const target =
    options.file === undefined ? { fd: 2, sync: true } : { dest: options.file, mkdir: true, sync: true };
  const log: Logger = pino(
    { level: options.level, base: null, redact: { paths: SECRET_PATHS, censor: "[redacted]" } },
    pino.destination(target),
  );
  return log;
}

export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
