const FLAG = "--managed-settings";

/** US dollars for a million tokens. */
interface Rates {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

const FREE: Rates = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/**
 * The client's arguments, told that a model costs nothing. By itself it prices every model it does
 * not know like one of Anthropic's (`costBasis: "unknown"`), in `/cost`, the status line,
 * `total_cost_usd` and `--max-budget-usd`. It takes rates from a host that started it, which is what
 * `CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST` says, and then shows 0 (`costBasis: "managed"`); from
 * `--settings` it takes none. The client heeds only one `--managed-settings`: a user's own stays alone.
 *
 * Source: https://code.claude.com/docs/en/settings (`modelPricing`); observed with 2.1.330
 */
export function withoutPrice(args: readonly string[], model: string): string[] {
  if (args.some((arg) => arg === FLAG || arg.startsWith(`${FLAG}=`))) return [...args];
  const settings = { modelPricing: { overrides: { [model]: FREE } } };
  return [FLAG, JSON.stringify(settings), ...args];
}
