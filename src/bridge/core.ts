import type { IdSource } from "../translate/context.ts";
import type { JsonMemo } from "../wire/json-memo.ts";
import type { ContentResolver } from "./content/resolve.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { OpenMetrics } from "./open-metrics.ts";
import type { TokenCounts } from "./token-counts.ts";
import type { ModelList } from "./models.ts";
import type { ModelKnowledge } from "./model-knowledge.ts";
import type { Settings } from "./options.ts";
import type { PrefixWatch } from "./prefix-watch.ts";
import type { Scrub } from "./scrub.ts";
import type { UpstreamClient } from "./upstream-client.ts";
import type { FrontRequest, Sink } from "./front.ts";
import type { Web } from "./web/web.ts";

/** What all exchanges of one bridge share. None of it is about a single answer. */
export interface Core {
  settings: Settings;
  client: UpstreamClient;
  knowledge: ModelKnowledge;
  models: ModelList;
  /** Parses what clients send; the tools of a session are the same objects in all its requests. */
  bodies: JsonMemo;
  content: ContentResolver;
  prefixes: PrefixWatch;
  web: Web;
  log: Logger;
  tokens: TokenCounts;
  metrics: Metrics;
  openMetrics: OpenMetrics;
  scrub: Scrub;
  newIds: () => IdSource;
}

/** One front request on its way. */
export interface Exchange {
  /** The `request-id` of the answer. */
  id: string;
  request: FrontRequest;
  sink: Sink;
  /** The recorder's mark, copied to every upstream request this exchange causes. */
  mark: string | undefined;
  /** Codes for the `x-bridge-notes` header. */
  notes: string[];
  /** The status that was sent, 0 before. */
  status: number;
  /** When it came in, ms on the process's clock. */
  began: number;
}
