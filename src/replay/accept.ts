import type { Cassette, Exchange, RecordedRequest } from "../cassette/types.ts";
import { Redactor } from "../cassette/redact.ts";
import { isCompared, type Rerun } from "./compare.ts";
import type { VerifyReport } from "./verify.ts";

/**
 * The cassette with our two sides as they are now. What the client asked and what the upstream
 * answered stays, byte for byte.
 * @throws Error when the bridge asks more or less often: nobody knows what the upstream would have said
 */
export function acceptReruns(cassette: Cassette, report: VerifyReport): Cassette {
  const counted = report.findings.find(({ kind }) => kind === "count");
  if (counted !== undefined)
    throw new Error(
      `exchange ${counted.exchange} asks the upstream or the web another number of times: record it anew`,
    );
  const compared = isCompared(cassette.manifest.bridge.provider === "anthropic");
  return {
    ...cassette,
    exchanges: cassette.exchanges.map((exchange) =>
      accepted(exchange, report.reruns.get(exchange.id), compared),
    ),
  };
}

function accepted(
  exchange: Exchange,
  rerun: Rerun | undefined,
  compared: (request: RecordedRequest) => boolean,
): Exchange {
  if (rerun === undefined)
    throw new Error(`exchange ${exchange.id} has no answer any more: nothing to accept`);
  const redactor = new Redactor({ profile: "secrets" });
  const asked = rerun.upstream.filter(compared);
  const upstream = exchange.upstream.map((hop) => {
    const now = compared(hop.bridgeRequest) ? asked.shift() : undefined;
    return now === undefined
      ? hop
      : {
          ...hop,
          bridgeRequest: { ...hop.bridgeRequest, path: now.path, body: now.body } satisfies RecordedRequest,
        };
  });
  const { end, status, body } = exchange.bridgeResponse;
  const same = rerun.front.status === status && Buffer.from(rerun.front.body).equals(Buffer.from(body));
  const bridgeResponse = same
    ? exchange.bridgeResponse
    : { ...rerun.front, headers: redactor.headers(rerun.front.headers), end };
  const web = exchange.web.map((hop) => {
    const now = rerun.web.find((each) => each.hop === hop)?.asked;
    return now === undefined ? hop : { ...hop, request: { ...hop.request, ...bare(now.request) } };
  });
  return { ...exchange, upstream, web, bridgeResponse };
}

function bare({ method, path, body }: RecordedRequest): Pick<RecordedRequest, "method" | "path" | "body"> {
  return { method, path, body };
}
