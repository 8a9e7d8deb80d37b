/**
 * The library: the bridge as a function of web requests, the translation as pure functions, and
 * the strict checker alone. `cassetteHandlers` for msw is in `bridge-conformance/msw`.
 */
export { createBridge } from "./bridge/bridge.ts";
export { BridgeOptionsError, type Bridge, type BridgeOptions } from "./bridge/options.ts";
export { createLogger, type Logger, type LogOptions } from "./bridge/log.ts";
export type { Metrics } from "./bridge/metrics.ts";
export { ApiError } from "./messages/api-error.ts";
export type { Answer, MessageEvent, MessagesRequest } from "./messages/types.ts";
export type { AnswerContext, IdSource } from "./translate/context.ts";
export { translateRequest, type Translation, type TranslateOptions } from "./translate/request.ts";
export { translateStream } from "./translate/stream.ts";
export { defaultFlags, type ModelFlags } from "./upstream/flags.ts";
export type { Dialect, UpstreamRequest } from "./upstream/delta.ts";
export { checkStream } from "./strict/check-stream.ts";
export type { Finding as StrictFinding } from "./strict/finding.ts";
