/** JSON Schemas of the files of `bridge-cassette/2`. Everything not named is refused. */
type Schema = Record<string, unknown>;

const text = (maxLength = 4096): Schema => ({ type: "string", maxLength });
const nullable = (schema: Schema): Schema => ({ anyOf: [schema, { type: "null" }] });
const exact = (properties: Record<string, Schema>, optional: string[] = []): Schema => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  properties,
});
const list = (items: Schema, maxItems: number): Schema => ({ type: "array", items, maxItems });
const record = (values: Schema): Schema => ({
  type: "object",
  maxProperties: 200,
  propertyNames: { pattern: "^[A-Za-z0-9_.-]{1,80}$" },
  additionalProperties: values,
});
const time: Schema = { type: "number", minimum: 0 };
const exchangeId: Schema = { type: "string", pattern: "^[0-9]{4}$" };

const piece: Schema = {
  anyOf: [
    { type: "string" },
    exact({ part: { type: "string", pattern: "^[0-9a-f]{16}\\.[a-z0-9]{1,5}$" }, as: { const: "base64" } }, [
      "as",
    ]),
  ],
};
const header: Schema = {
  type: "array",
  minItems: 2,
  maxItems: 2,
  items: text(8192),
};
const pieces = list(piece, 200_000);
const headers = list(header, 100);
const request = exact({
  method: { type: "string", pattern: "^[A-Z]{1,10}$" },
  path: { type: "string", pattern: "^/", maxLength: 4096 },
  headers,
  body: pieces,
});
const response = exact({
  status: nullable({ type: "integer", minimum: 100, maximum: 599 }),
  headers,
  body: pieces,
  cuts: list({ type: "integer", minimum: 1 }, 1_000_000),
  end: { type: "string", pattern: "^(complete|fin|rst|timeout|harness-cut|client-abort@[0-9]+)$" },
});
const hop = exact({ bridgeRequest: request, upstreamResponse: response });
const webHop = exact({
  origin: nullable({ type: "string", pattern: "^https?://[^/?#]+$", maxLength: 4096 }),
  request,
  response,
  fault: nullable({ enum: ["forbidden", "timeout", "unreachable", "left"] }),
});
const responseTiming = exact({
  requestAt: time,
  headersAt: nullable(time),
  chunks: list(time, 1_000_000),
  endAt: nullable(time),
});

export const exchangeSchema: Schema = exact({
  id: exchangeId,
  pairing: { enum: ["header", "window", "none"] },
  clientRequest: request,
  upstream: list(hop, 100),
  web: list(webHop, 200),
  bridgeResponse: response,
});

export const unpairedSchema: Schema = list(hop, 100);

export const timingSchema: Schema = exact({
  front: nullable(responseTiming),
  upstream: list(responseTiming, 100),
});

export const manifestSchema: Schema = exact({
  format: { const: "bridge-cassette/2" },
  id: { type: "string", pattern: "^[0-9a-f]{16}$" },
  title: text(),
  recordedAt: { type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z$" },
  maxAgeDays: { type: "integer", minimum: 1 },
  generator: exact({ name: text(), version: text() }),
  client: exact({
    version: nullable(text()),
    command: list(text(100_000), 200),
    environment: record(text()),
    exitCode: { type: "integer", minimum: 0 },
  }),
  bridge: exact({
    provider: { enum: ["ollama", "openai", "anthropic"] },
    basePath: text(),
    model: nullable(text()),
    repair: { type: "boolean" },
    strict: { type: "boolean" },
    maxRetries: { type: "integer", minimum: 0 },
    maxOutputTokens: nullable({ type: "integer", minimum: 1 }),
    set: record(text()),
    flags: record({ type: ["string", "number", "boolean", "null"] }),
    web: exact({ search: nullable({ enum: ["searxng", "brave", "ollama"] }), fetch: { type: "boolean" } }),
  }),
  upstream: exact({ kind: text(), description: text() }),
  host: exact({ os: text(), arch: text(), node: text() }),
  redaction: exact({
    profile: { enum: ["published", "secrets"] },
    rules: { type: "integer", minimum: 1 },
    counts: record({ type: "integer", minimum: 0 }),
  }),
  places: exact({ home: nullable(text()), cwd: nullable(text()) }),
  exchanges: list(exchangeId, 9999),
});
