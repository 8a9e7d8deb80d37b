import type { Counter, Gauge, Histogram, OpenMetricsContentType, Registry } from "prom-client";
import type { Intervention } from "../translate/context.ts";
import type { UpstreamUsage } from "../upstream/delta.ts";
import type { Exchange } from "./core.ts";
import type { Metrics } from "./metrics.ts";
import type { PrefixWatch } from "./prefix-watch.ts";
import type { CountQuality } from "./token-counts.ts";

/** Seconds. A local model may take minutes over a long prompt. */
const FIRST_BYTE_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

interface Instruments {
  registry: Registry<OpenMetricsContentType>;
  exchanges: Counter<"status">;
  errors: Counter<"type">;
  notes: Counter<"code">;
  interventions: Counter<"code">;
  downgrades: Counter<"code">;
  retries: Counter;
  cancels: Counter;
  active: Gauge;
  tokens: Counter<"kind" | "model">;
  prefix: Counter<"kind">;
  firstByte: Histogram;
  estimateError: Gauge<"model">;
}

/**
 * What `GET /metrics` tells. Labels are statuses, codes and model names. The library is loaded
 * after the first exchange, so that no answer waits for it; what happens before is kept until then.
 */
export class OpenMetrics {
  #waiting: ((instruments: Instruments) => void)[] = [];
  #loading: Promise<Instruments> | undefined;

  firstByte(ms: number): void {
    this.#waiting.push(({ firstByte }) => firstByte.observe(ms / 1000));
  }

  error(type: string): void {
    this.#waiting.push(({ errors }) => errors.inc({ type }));
  }

  /** Something that a refusal taught to leave out. */
  downgrade(code: string): void {
    this.#waiting.push(({ downgrades }) => downgrades.inc({ code }));
  }

  answer(
    model: string,
    usage: Readonly<UpstreamUsage>,
    interventions: readonly Pick<Intervention, "code">[],
  ): void {
    const { promptTokens = 0, cachedTokens = 0, completionTokens = 0 } = usage;
    this.#waiting.push((instruments) => {
      instruments.tokens.inc({ kind: "input", model }, promptTokens);
      instruments.tokens.inc({ kind: "cached", model }, cachedTokens);
      instruments.tokens.inc({ kind: "output", model }, completionTokens);
      for (const { code } of interventions) instruments.interventions.inc({ code });
    });
  }

  exchange({ status, notes }: Pick<Exchange, "status" | "notes">): void {
    this.#waiting.push((instruments) => {
      instruments.exchanges.inc({ status: String(status) });
      for (const code of new Set(notes)) instruments.notes.inc({ code });
    });
    void this.#settle();
  }

  /** The page and its content type. */
  async page(
    metrics: Metrics,
    counts: readonly CountQuality[],
    prefixes: Readonly<PrefixWatch["totals"]>,
  ): Promise<{ type: string; text: string }> {
    const instruments = await this.#settle();
    const { registry, retries, cancels, active, estimateError, prefix } = instruments;
    prefix.reset();
    prefix.inc({ kind: "kept" }, prefixes.kept);
    prefix.inc({ kind: "lost" }, prefixes.lost);
    retries.reset();
    retries.inc(metrics.retries);
    cancels.reset();
    cancels.inc(metrics.clientsGone);
    active.set(metrics.active);
    for (const { model, error } of counts) estimateError.set({ model }, error);
    return { type: registry.contentType, text: await registry.metrics() };
  }

  async #settle(): Promise<Instruments> {
    this.#loading ??= createInstruments();
    const instruments = await this.#loading;
    for (const record of this.#waiting.splice(0)) record(instruments);
    return instruments;
  }
}

async function createInstruments(): Promise<Instruments> {
  const { Counter, Gauge, Histogram, Registry } = await import("prom-client");
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new Counter({ name: `bridge_${name}`, help, labelNames, registers });
  return {
    registry,
    exchanges: counter("exchanges", "Front requests, by the status of their answer; 0: none was sent", [
      "status",
    ]),
    errors: counter("errors", "Errors told to clients, as status or in a stream", ["type"]),
    notes: counter("notes", "Things dropped or emulated on the way to the model, or lost on the way back", [
      "code",
    ]),
    interventions: counter("interventions", "Repairs of what a model said", ["code"]),
    downgrades: counter("downgrades", "Refusals of upstreams that were learnt from", ["code"]),
    retries: counter("retries", "Upstream requests that were sent again"),
    cancels: counter("cancels", "Exchanges that ended because the client left"),
    active: new Gauge({ name: "bridge_active_exchanges", help: "Exchanges at this moment", registers }),
    tokens: counter("tokens", "Tokens as upstreams count them; cached ones are part of the input", [
      "kind",
      "model",
    ]),
    prefix: counter(
      "prefix_tokens",
      "Estimated tokens of sessions' prompts that began as the prompt before did, and that no longer did",
      ["kind"],
    ),
    firstByte: new Histogram({
      name: "bridge_first_byte_seconds",
      help: "From a request's arrival to the first event of its streamed answer",
      buckets: FIRST_BYTE_BUCKETS,
      registers,
    }),
    estimateError: new Gauge({
      name: "bridge_token_estimate_error_ratio",
      help: "Mean distance of prompt estimates from what the upstream reports",
      labelNames: ["model"],
      registers,
    }),
  };
}
