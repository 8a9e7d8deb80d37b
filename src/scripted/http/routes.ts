import { ollamaChat } from "../ollama/chat.ts";
import { create } from "../ollama/create.ts";
import { loadModel } from "../ollama/load-model.ts";
import { blob, ps, remove, root, status, tags, version } from "../ollama/manage.ts";
import { show } from "../ollama/show.ts";
import type { Flavour } from "../options.ts";
import { ollamaModel, ollamaModels, plainModel, plainModels } from "../v1/models.ts";
import { ollamaV1Chat } from "../v1/ollama-chat.ts";
import { plainChat } from "../v1/plain-chat.ts";
import type { Handler } from "./context.ts";
import { type FailureWriter, ollamaFailure, ollamaV1Failure, plainFailure } from "./errors.ts";

export interface Route {
  methods: readonly string[];
  /** A path; one that ends in a slash takes everything below it. */
  path: string;
  handle: Handler;
  fail: FailureWriter;
  /** What a chat route streams; byte scripts are played on chat routes only. */
  streamType?: string;
}

const GET = ["GET", "HEAD"];
const POST = ["POST"];
const SSE = "text/event-stream";

const OLLAMA: readonly Route[] = [
  {
    methods: POST,
    path: "/api/chat",
    handle: ollamaChat,
    fail: ollamaFailure,
    streamType: "application/x-ndjson",
  },
  {
    methods: POST,
    path: "/v1/chat/completions",
    handle: ollamaV1Chat,
    fail: ollamaV1Failure,
    streamType: SSE,
  },
  { methods: GET, path: "/", handle: root, fail: ollamaFailure },
  { methods: GET, path: "/api/version", handle: version, fail: ollamaFailure },
  { methods: GET, path: "/api/tags", handle: tags, fail: ollamaFailure },
  { methods: GET, path: "/api/status", handle: status, fail: ollamaFailure },
  { methods: GET, path: "/api/ps", handle: ps, fail: ollamaFailure },
  { methods: POST, path: "/api/show", handle: show, fail: ollamaFailure },
  { methods: POST, path: "/api/generate", handle: loadModel, fail: ollamaFailure },
  { methods: POST, path: "/api/create", handle: create, fail: ollamaFailure },
  { methods: ["DELETE"], path: "/api/delete", handle: remove, fail: ollamaFailure },
  { methods: ["HEAD", "POST"], path: "/api/blobs/", handle: blob, fail: ollamaFailure },
  { methods: GET, path: "/v1/models", handle: ollamaModels, fail: ollamaV1Failure },
  { methods: GET, path: "/v1/models/", handle: ollamaModel, fail: ollamaV1Failure },
];

const PLAIN: readonly Route[] = [
  { methods: POST, path: "/v1/chat/completions", handle: plainChat, fail: plainFailure, streamType: SSE },
  { methods: GET, path: "/v1/models", handle: plainModels, fail: plainFailure },
  { methods: GET, path: "/v1/models/", handle: plainModel, fail: plainFailure },
];

const ROUTES: Record<Flavour, readonly Route[]> = { ollama: OLLAMA, openai: PLAIN };

/** The route for a path, whatever the method; undefined when there is none. */
export function findRoute(flavour: Flavour, path: string): Route | undefined {
  return ROUTES[flavour].find((route) => {
    const below = route.path.length > 1 && route.path.endsWith("/");
    return below ? path.startsWith(route.path) && path.length > route.path.length : path === route.path;
  });
}
