import type { Core, Exchange } from "./core.ts";
import { sendHead } from "./answers.ts";

/**
 * `GET /metrics`, in the OpenMetrics text format. Counts, times and model names, never content or secrets.
 * Source: https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export async function answerMetrics(core: Core, exchange: Exchange): Promise<void> {
  const { type, text } = await core.openMetrics.page(
    core.metrics,
    core.tokens.quality(),
    core.prefixes.totals,
  );
  sendHead(exchange, 200, { "content-type": type, "content-length": String(Buffer.byteLength(text)) });
  exchange.sink.write(text);
  exchange.sink.end();
}
