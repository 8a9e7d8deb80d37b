/** Time as the simulated server tells it. */
export interface Clock {
  /** Nanoseconds since the epoch. */
  now(): bigint;
}

const MS = 1_000_000n;

/** The wall clock of the start, carried on by the monotonic one. */
export function realClock(): Clock {
  const offset = BigInt(Date.now()) * MS - process.hrtime.bigint();
  return { now: () => offset + process.hrtime.bigint() };
}

/** Starts at a fixed date; every look is one millisecond and one nanosecond later. */
export function fixedClock(): Clock {
  let time = BigInt(Date.UTC(2026, 0, 1)) * MS;
  return { now: () => (time += MS + 1n) };
}

/** RFC 3339 with nanoseconds, trailing zeros cut, as Go prints a time. */
export function rfc3339(ns: bigint): string {
  const seconds = new Date(Number(ns / MS)).toISOString().slice(0, 19);
  const fraction = (ns % 1_000_000_000n).toString().padStart(9, "0").replace(/0+$/u, "");
  return fraction === "" ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}
