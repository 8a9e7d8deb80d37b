const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `90s`, `10m`, `1h` or `1h30m`; null when it is none of these. */
export function parseDuration(text: string): number | null {
  if (!/^(\d+h)?(\d+m)?(\d+s)?$/.test(text)) return null;
  const parts = [...text.matchAll(/(\d+)([hms])/g)];
  const ms = parts.reduce((sum, [, count = "", unit = ""]) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  return ms > 0 && Number.isSafeInteger(ms) ? ms : null;
}

/** As `parseDuration` reads it, to the second: `1h5m`, `10m`, `1m30s`, `0s`. */
export function showDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts: [count: number, unit: string][] = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  return parts.flatMap(([count, unit]) => (count > 0 ? `${count}${unit}` : [])).join("") || "0s";
}
