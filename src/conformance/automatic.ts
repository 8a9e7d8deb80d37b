import type { Finding } from "../strict/finding.ts";
import { checkEnvelope } from "../strict/check-envelope.ts";
import { checkMessage } from "../strict/check-message.ts";
import { checkStream } from "../strict/check-stream.ts";
import { headerOf, showResponse, type Exchange } from "./exchange.ts";
import { excerpt } from "./path.ts";
import { statesOutcome } from "./rules/index.ts";
import { sdkFindings } from "./sdk-oracle.ts";

/** What the strict checker is told of the stream's makers. */
export interface Judging {
  /** The model's words are ours, so words of the back side in the answer are leaks. */
  scripted: boolean;
  /** The target is not ours: overlapping blocks are a warning. */
  foreign: boolean;
}

/**
 * What every exchange must bear, whatever its case asks: streams pass the strict checker and mean
 * the same to the SDK, messages and error envelopes have their shape, nothing breaks off.
 */
export async function automaticFindings(exchange: Exchange, judging: Judging): Promise<Finding[]> {
  const { response, send } = exchange;
  const findings: Finding[] = [];
  if (response.end !== "complete") {
    findings.push(broken(`the answer broke off: ${response.end.error}`, exchange));
  }
  if (!statesOutcome(send.expect) && (response.status !== 200 || exchange.answer?.error != null)) {
    findings.push(broken(`answered ${response.status} where a success was due`, exchange));
  }
  return [...findings, ...(await shapeFindings(exchange, judging))];
}

/** Whether it is a legal answer of a Messages endpoint, whatever was asked. */
export async function shapeFindings(exchange: Exchange, judging: Judging): Promise<Finding[]> {
  const { response, streamed, json, request } = exchange;
  const contentType = headerOf(response, "content-type") ?? null;
  const { status } = response;
  if (request.method === "HEAD" || request.method === "OPTIONS") return [];
  if (status >= 400) return checkEnvelope(status, contentType, exchange.text);
  if (streamed) {
    const eof = response.end === "complete";
    const findings = checkStream(response.body, { status, contentType, eof, ...judging });
    if (findings.some(({ severity }) => severity === "error") || exchange.answer?.error != null)
      return findings;
    return [...findings, ...(await sdkFindings(exchange))];
  }
  return isMessages(request.path) && status === 200 ? checkMessage(json) : [];
}

function isMessages(path: string): boolean {
  return /^\/+v1\/messages\/?(\?|$)/.test(path);
}

function broken(message: string, exchange: Exchange): Finding {
  return {
    rule: "outcome",
    message,
    evidence: excerpt(exchange.streamed ? exchange.text.slice(-500) : showResponse(exchange.response)),
    severity: "error",
  };
}
