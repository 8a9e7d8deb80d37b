import { diffJson, type Difference } from "../cassette/diff.ts";
import { decodeUtf8 } from "../cassette/pieces.ts";
import type { Exchange, RecordedRequest, RecordedResponse } from "../cassette/types.ts";
import { viewOf, type WebRerun } from "./recorded-web.ts";
import { comparable, frontViewOf, wasLeft, type FrontView } from "./front-view.ts";

/**
 * `changed`: our side says something else than it said when it was recorded (exit 1). `count`: it asks the
 * upstream more or less often (exit 4).
 */
export interface Finding {
  kind: "changed" | "count";
  exchange: string;
  hop: "upstream" | "front" | "web";
  difference: Difference;
}

/** What became of one recorded front request when it was driven again. */
export interface Rerun {
  upstream: RecordedRequest[];
  web: WebRerun[];
  front: RecordedResponse;
}

/** Requests that ask for an answer; the others are questions about the server. */
export function isChat({ method, path }: RecordedRequest): boolean {
  return (
    method === "POST" &&
    /\/(chat|chat\/completions|responses|generate|messages)$/.test(path.replace(/\?.*$/, ""))
  );
}

export interface CompareOptions {
  /** By default estimated token counts are compared too; they depend on what the bridge had learnt by then. */
  estimates?: boolean;
  /** Nothing was translated: each request counts, and every byte of an answer. */
  relayed?: boolean;
}

/** Requests that must come again as they were: those for an answer, of a relayed session all. */
export function isCompared(relayed: boolean): (request: RecordedRequest) => boolean {
  return (request) => relayed || isChat(request);
}

export function compareExchange(
  recorded: Exchange,
  rerun: Rerun,
  { estimates = true, relayed = false }: CompareOptions = {},
): Finding[] {
  const exchange = recorded.id;
  const before = recorded.upstream.map(({ bridgeRequest }) => bridgeRequest).filter(isCompared(relayed));
  const after = rerun.upstream.filter(isCompared(relayed));
  const upstream = before.flatMap((request, index) =>
    differencesOf(request, after[index], `/${index}`).map((difference): Finding => ({
      kind: "changed",
      exchange,
      hop: "upstream",
      difference,
    })),
  );
  const count: Finding[] =
    before.length === after.length
      ? []
      : [
          {
            kind: "count",
            exchange,
            hop: "upstream",
            difference: { pointer: "/length", recorded: before.length, got: after.length },
          },
        ];
  const seen = frontDifferences(recorded.bridgeResponse, rerun.front, estimates);
  const differences = seen.length === 0 && relayed ? byteDifference(recorded, rerun.front) : seen;
  const front = differences.map((difference): Finding => ({
    kind: "changed",
    exchange,
    hop: "front",
    difference,
  }));
  return [...count, ...upstream, ...webFindings(exchange, rerun.web), ...front];
}

function differencesOf(
  recorded: RecordedRequest,
  got: RecordedRequest | undefined,
  at: string,
): Difference[] {
  if (got === undefined) return [];
  const line = diffJson(
    { method: recorded.method, path: recorded.path },
    { method: got.method, path: got.path },
    at,
  );
  const before = decodeUtf8(recorded.body) ?? "";
  const after = decodeUtf8(got.body) ?? "";
  if (before === after) return line;
  const body = diffJson(parsed(before), parsed(after), `${at}/body`);
  const order: Difference = { pointer: `${at}/body`, recorded: before, got: after };
  return [...line, ...(body.length > 0 ? body : [order])];
}

function frontDifferences(
  recorded: RecordedResponse,
  got: RecordedResponse,
  estimates: boolean,
): Difference[] {
  const before = frontViewOf(recorded, estimates);
  const after = frontViewOf(got, estimates);
  if (before.status !== after.status) return refusedOrNot(before, after);
  if (wasLeft(recorded)) after.events = after.events.slice(0, before.events.length);
  const differences = diffJson(comparable(before), comparable(after));
  if (differences.length > 0) return differences;
  return before.events.flatMap(({ text }, index) => {
    const other = after.events[index]?.text;
    return text === other ? [] : [{ pointer: `/events/${index}`, recorded: text, got: other }];
  });
}

/** Of another status all else is a consequence; what the answer says is the reason. */
function refusedOrNot(before: FrontView, after: FrontView): Difference[] {
  const [said, says] = [before, after].map(({ events }) => events[0]?.data);
  return [
    { pointer: "/status", recorded: before.status, got: after.status },
    { pointer: "/events/0/data", recorded: said, got: says },
  ];
}

/** What the bridge asks of the web that it did not ask, or asked in other words. */
function webFindings(exchange: string, reruns: readonly WebRerun[]): Finding[] {
  return reruns.flatMap(({ asked, hop }, index): Finding[] => {
    const got = viewOf(asked.origin, asked.request);
    if (hop === undefined)
      return [
        {
          kind: "count",
          exchange,
          hop: "web",
          difference: { pointer: `/${index}`, recorded: undefined, got },
        },
      ];
    return diffJson(viewOf(hop.origin, hop.request), got, `/${index}`).map((difference) => ({
      kind: "changed",
      exchange,
      hop: "web",
      difference,
    }));
  });
}

/** What was passed on comes out as it was: pings, ids, white space. Only what the bridge says for itself has an id of its own. */
function byteDifference({ bridgeResponse, upstream }: Exchange, got: RecordedResponse): Difference[] {
  const said = upstream.map(({ upstreamResponse }) => latin(upstreamResponse.body)).join("\n");
  const textOf = (body: Uint8Array): string =>
    latin(body).replaceAll(/\breq_\w+/g, (id) => (said.includes(id) ? id : "req_<minted>"));
  const before = textOf(bridgeResponse.body);
  const after = wasLeft(bridgeResponse) ? textOf(got.body).slice(0, before.length) : textOf(got.body);
  return before === after ? [] : [{ pointer: "/body", recorded: before, got: after }];
}

function latin(body: Uint8Array): string {
  return Buffer.from(body).toString("latin1");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
