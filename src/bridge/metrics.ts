/** What a bridge has done since it started. */
export interface Metrics {
  requests: number;
  streams: number;
  /** Answers that were an error, as status or as event. */
  errors: number;
  /** Upstream requests that were sent again. */
  retries: number;
  /** Exchanges that ended because the client left. */
  clientsGone: number;
  /** Changes made to what the model said, e.g. repaired tool input. */
  interventions: number;
  active: number;
  /** Tokens as the upstream counted them. */
  inputTokens: number;
  outputTokens: number;
  /** The part of `inputTokens` that came from the upstream's cache, as far as it says. */
  cachedTokens: number;
  /** Answers of the upstream, and those of them that said what they cost. */
  answers: number;
  pricedAnswers: number;
  /** US dollars, of `pricedAnswers`. */
  cost: number;
}

export function createMetrics(): Metrics {
  return {
    requests: 0,
    streams: 0,
    errors: 0,
    retries: 0,
    clientsGone: 0,
    interventions: 0,
    active: 0,
    inputTokens: 0,
    outputTokens: 0,
    cachedTokens: 0,
    answers: 0,
    pricedAnswers: 0,
    cost: 0,
  };
}
