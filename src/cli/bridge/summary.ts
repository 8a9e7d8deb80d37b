import type { Metrics } from "../../bridge/metrics.ts";

type Counted = Pick<
  Metrics,
  "inputTokens" | "outputTokens" | "cachedTokens" | "answers" | "pricedAnswers" | "cost"
>;

/** Six decimals for the smallest amounts, never fewer than two. */
function dollars(amount: number): string {
  return `$${amount.toFixed(amount > 0 && amount < 0.01 ? 6 : amount < 1 ? 4 : 2)}`;
}

function tokens(count: number): string {
  return count.toLocaleString("en-US");
}

/** The provider's own figure where it gives one; what runs here costs nothing; else nobody knows. */
function costOf({ answers, pricedAnswers, cost }: Counted, local: boolean): string {
  if (pricedAnswers === answers && answers > 0) return `${dollars(cost)}, says the provider`;
  if (pricedAnswers > 0)
    return `more than ${dollars(cost)}: the provider priced ${pricedAnswers} of ${answers} answers`;
  return local ? "0, the model is local" : "unknown, the provider does not say";
}

/**
 * What a session came to, as its upstream counted it; null when nothing was asked.
 * @param local the upstream is on this machine or this network
 */
export function summaryLine(counted: Counted, local: boolean): string | null {
  if (counted.answers === 0) return null;
  const { inputTokens, cachedTokens, outputTokens } = counted;
  const cached = cachedTokens > 0 ? ` (${tokens(cachedTokens)} cached)` : "";
  return `${tokens(inputTokens)} tokens in${cached}, ${tokens(outputTokens)} out; cost: ${costOf(counted, local)}`;
}

/** Whether a URL leads to this machine or a private network, where nobody sends a bill. */
export async function isLocal(url: string): Promise<boolean> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (/^localhost$|\.(localhost|local|lan|internal|home\.arpa)$/.test(host)) return true;
  const { default: ipaddr } = await import("ipaddr.js");
  if (!ipaddr.isValid(host)) return !host.includes(".");
  return ["loopback", "private", "uniqueLocal", "linkLocal", "carrierGradeNat"].includes(
    ipaddr.process(host).range(),
  );
}
