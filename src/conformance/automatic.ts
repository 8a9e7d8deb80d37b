import type { Finding } from "../strict/finding.ts";
import { checkEnvelope, checkMessage, checkStream } from "../strict/index.ts";
import { showResponse, type Exchange } from "./exchange.ts";
import { excerpt } from "./path.ts";
import { statesOutcome } from "./rules/index.ts";
import { sdkFindings } from "./sdk-oracle.ts";

/**
 * What every exchange must bear, whatever its case asks: streams pass the strict checker and mean
 * the same to the SDK, messages and error envelopes have their shape, nothing breaks off.
 */
export async function automaticFindings(exchange: Exchange): Promise<Finding[]> {
  const { response, send } = exchange;
  const findings: Finding[] = [];
  if (response.end !== "complete") {
    findings.push(broken(`the answer broke off: ${response.end.error}`, exchange));
  }
  if (!statesOutcome(send.expect) && (response.status !== 200 || exchange.answer?.error != null)) {
    findings.push(broken(`answered ${response.status} where a success was due`, exchange));
  }
  return [...findings, ...(await shapeFindings(exchange))];
}

async function shapeFindings(exchange: Exchange): Promise<Finding[]> {
  const { response, streamed, json } = exchange;
  if (exchange.request.method === "HEAD" || exchange.request.method === "OPTIONS") return [];
  if (response.status >= 400)
    return checkEnvelope({ status: response.status, headers: response.headers, body: response.body });
  if (streamed) {
    const findings = checkStream(response.body, { status: response.status, headers: response.headers });
    if (findings.some(({ severity }) => severity === "error") || exchange.answer?.error != null)
      return findings;
    return [...findings, ...(await sdkFindings(exchange))];
  }
  const isMessage = /^\/v1\/messages\/?(\?|$)/.test(exchange.request.path) && response.status === 200;
  return isMessage ? checkMessage(json) : [];
}

function broken(message: string, exchange: Exchange): Finding {
  return {
    rule: "outcome",
    message,
    evidence: excerpt(exchange.streamed ? exchange.text.slice(-500) : showResponse(exchange.response)),
    severity: "error",
  };
}
