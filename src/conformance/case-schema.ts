/** JSON schema of a suite file. Rule arguments are checked against the rule's own schema. */

const text = { type: "string" };
const expectations = {
  type: "array",
  items: {
    anyOf: [text, { type: "object", minProperties: 1, maxProperties: 1 }],
  },
};
const dialect = { enum: ["ollama", "openai"] };
const pieces = { anyOf: [text, { type: "array", items: text }] };

/** An answer item is known by its first key; `more` are the keys that may stand beside it. */
function item(key: string, value: object, more: Record<string, object> = {}): object {
  return {
    type: "object",
    required: [key],
    additionalProperties: false,
    properties: { [key]: value, ...more },
  };
}

const call = {
  type: "object",
  additionalProperties: false,
  properties: {
    id: { type: ["string", "null"] },
    name: text,
    index: { type: ["integer", "null"] },
    arguments: {},
    fragments: { type: "array", items: text },
  },
};

const usage = {
  type: ["object", "null"],
  required: ["prompt", "completion"],
  additionalProperties: false,
  properties: { prompt: { type: "integer" }, completion: { type: "integer" }, cached: { type: "integer" } },
};

const answer = {
  type: "array",
  items: {
    type: "object",
    anyOf: [
      item("text", pieces, { by: { const: "char" } }),
      item("reasoning", pieces, { by: { const: "char" } }),
      item("refusal", text),
      item("call", call),
      item("finish", { type: ["string", "null"] }),
      item("usage", usage),
      item("frame", {}),
      item("raw", {}),
      item("status", { type: "integer" }, { headers: { type: "object" }, body: {} }),
      item("wait", { type: "integer", maximum: 2000 }),
      item("end", { enum: ["done", "fin", "cut", "rst", "stall"] }),
    ],
  },
};

const tokens = {
  type: "array",
  items: { anyOf: [text, { type: "integer", minimum: 0, maximum: 255 }] },
};
const says = {
  anyOf: [
    tokens,
    {
      type: "object",
      required: ["pieces", "loop"],
      additionalProperties: false,
      properties: { pieces: tokens, loop: { type: "integer" } },
    },
  ],
};

const mode = { enum: ["stream", "json", "both"] };
const request = { type: "object" };

const send = {
  $id: "send",
  type: "object",
  additionalProperties: false,
  properties: {
    name: text,
    only: dialect,
    mode,
    method: text,
    path: { type: "string", pattern: "^/" },
    headers: {
      type: "object",
      additionalProperties: { anyOf: [text, { type: "null" }, { type: "array", items: text }] },
    },
    request,
    omit: { type: "array", items: text },
    body: { anyOf: [text, item("b64", text)] },
    answer,
    answers: { type: "array", items: answer },
    says,
    splits: {
      type: "array",
      items: { type: "string", pattern: "^(whole|line|byte|(every|at|random):[0-9]+)$" },
    },
    expect: expectations,
    each: { type: "array", minItems: 1, items: { $ref: "send" } },
  },
};

const bridge = {
  type: "object",
  additionalProperties: false,
  properties: {
    authToken: text,
    apiKey: text,
    strict: { type: "boolean" },
    repair: { type: "boolean" },
    maxRetries: { type: "integer" },
    headersTimeoutMs: { type: "integer" },
    idleTimeoutMs: { type: "integer" },
    connectTimeoutMs: { type: "integer" },
    pingEveryMs: { type: "integer" },
    graceMs: { type: "integer" },
    flags: { type: "object" },
    web: {
      type: "object",
      additionalProperties: false,
      properties: { search: { type: "boolean" }, fetch: { type: "boolean" } },
    },
  },
};

/** Of a model the first three, of the endpoint the others. */
const CAPABILITIES = [
  "tools",
  "vision",
  "thinking",
  "structured",
  "pdf",
  "count_tokens",
  "models",
  "web_search",
  "web_fetch",
  "auth",
  "v2023",
  "v2026",
];

const oneCase = {
  type: "object",
  required: ["id", "level", "kinds", "title", "spec"],
  anyOf: [{ required: ["sends"] }, { required: ["procedure"] }, { required: ["live"] }],
  additionalProperties: false,
  properties: {
    id: { type: "string", pattern: "^[a-z0-9-]+(\\.[a-z0-9-]+)+$" },
    level: { enum: ["MUST", "SHOULD", "MAY"] },
    kinds: {
      type: "array",
      minItems: 1,
      uniqueItems: true,
      items: { enum: ["wire", "script", "any", "capable", "client"] },
    },
    title: text,
    spec: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["source"],
        additionalProperties: false,
        properties: { source: text, url: { type: "string", pattern: "^https://" } },
      },
    },
    needs: { type: "array", items: { enum: CAPABILITIES } },
    upstreams: { type: "array", minItems: 1, items: dialect },
    usually: { type: "array", items: dialect },
    bridge,
    request,
    answer,
    sends: { type: "array", minItems: 1, items: { $ref: "send" } },
    live: { type: "array", minItems: 1, items: { $ref: "send" } },
    procedure: expectations.items,
    expect: expectations,
    floor: { type: "number", minimum: 0, maximum: 1 },
    limit: { type: "string", pattern: "^([0-9]+m)?([0-9]+s)?$", minLength: 2 },
    readiness: {
      type: "object",
      required: ["does"],
      additionalProperties: false,
      properties: { does: { type: "string", minLength: 1 }, decides: { enum: ["loop", "edits"] } },
    },
  },
};

export const SEND_SCHEMA: object = send;

export const SUITE_SCHEMA: object = {
  type: "object",
  required: ["suite", "title", "defaults", "cases"],
  additionalProperties: false,
  properties: {
    suite: { type: "string", pattern: "^[a-z-]+$" },
    title: text,
    defaults: {
      type: "object",
      additionalProperties: false,
      properties: { request, headers: { type: "object", additionalProperties: text }, answer, mode },
    },
    cases: { type: "array", items: oneCase },
  },
};
