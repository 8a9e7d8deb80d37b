/** Secrets by their shape. A detector sees raw text, in which `\n` may be two characters. */

export interface Secret {
  kind: string;
  value: string;
}

/** A place where a word may begin: not inside one, and not in the middle of an escape sequence. */
const START = String.raw`(?<=^|[^A-Za-z0-9._%+\\-]|\\[nrtbf]|\\u[0-9a-fA-F]{4})`;

const DETECTORS: [kind: string, pattern: RegExp][] = [
  ["key", /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}/g],
  ["bearer", /Bearer\s+([A-Za-z0-9._~+/=-]{16,})/g],
  ["jwt", /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g],
  ["aws", /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g],
  ["github", /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g],
  ["device", /device_id\\*":\s*\\*"([0-9a-f]{64})/g],
  ["account", /account_uuid\\*":\s*\\*"([0-9a-f-]{36})/g],
  [
    "email",
    new RegExp(String.raw`${START}[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`, "g"),
  ],
];

/** Addresses that name nobody. */
const PUBLIC_ADDRESS = /^git@|^noreply@|@example\.(com|org|net)$|@(users\.)?noreply\./i;

export function findSecrets(text: string): Secret[] {
  return DETECTORS.flatMap(([kind, pattern]) =>
    Array.from(text.matchAll(pattern), (match) => ({ kind, value: match[1] ?? match[0] })),
  ).filter(({ kind, value }) => !(kind === "email" && PUBLIC_ADDRESS.test(value)) && !isAlias(value));
}

/** The stand-in of the n-th secret of its kind: as long as the secret, so that offsets stay true. */
export function aliasOf(kind: string, n: number, length: number): string {
  const name = `REDACTED-${kind}-${n}-`;
  return name.length <= length ? name.padEnd(length, "x") : `r${n}`.padEnd(length, "x").slice(0, length);
}

export const ALIAS: RegExp = /REDACTED-([a-z]+)-([0-9]+)-x*/g;

function isAlias(value: string): boolean {
  return value.startsWith("REDACTED-");
}
