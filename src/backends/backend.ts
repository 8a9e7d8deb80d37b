import type { ScriptedOptions, ScriptedServer } from "../scripted/options.ts";
import type { BackendError } from "./backend-error.ts";
import type { Provider } from "./base-url.ts";

export type BackendKind = "scripted" | "ollama" | "container" | "url";

/** Something that is not on this machine. */
export interface Download {
  what: "image" | "model";
  /** As its registry names it, e.g. `qwen3:1.7b`. */
  name: string;
  /** Who would download it, e.g. `the Ollama at http://localhost:11434`. */
  by: string;
  /** The command that downloads it by hand. */
  command: string;
}

/** How far a download is. */
export interface DownloadProgress {
  what: Download["what"];
  name: string;
  /** In the words of who downloads, e.g. `pulling manifest`. */
  status: string;
  /** Bytes; both 0 while nothing is known. `total` grows as more parts are found. */
  completed: number;
  total: number;
}

export interface BackendWish {
  /**
   * `auto`: the URL if there is one, else a running Ollama that has the model or may pull it, else a
   * container. Without a model: the scripted one.
   */
  kind: BackendKind | "auto";
  provider?: Provider;
  baseUrl?: string;
  /** Absent: the scripted model. */
  model?: string;
  /** The server need not have the model: whoever asks puts it there. */
  serverOnly?: boolean;
  apiKey?: string;
  /** Of the scripted model. */
  scripted?: ScriptedOptions;
  /** Of the container; by default the pinned one. */
  image?: string;
  /** By default the process's own. `OLLAMA_HOST`, `DOCKER_*` and a few more are read. */
  env?: NodeJS.ProcessEnv;
  /** Whether to download. By default nothing is downloaded. */
  consent?: (download: Download) => Promise<boolean>;
  onDownload?: (progress: DownloadProgress) => void;
  /** One line on what is being waited for. */
  onStep?: (step: string) => void;
  /** The server that was started here has ended by itself. */
  onLost?: (error: BackendError) => void;
  /** Aborted: what was begun is taken back, and `findBackend` rejects with `backend-interrupted`. */
  signal?: AbortSignal;
}

/** A model server that is there. */
export interface Backend {
  kind: BackendKind;
  provider: Provider;
  baseUrl: string;
  model: string;
  /** For people, e.g. `Ollama at http://localhost:11434`. */
  description: string;
  /** SHA-256 of the model's manifest, hex, as Ollama lists it. */
  digest?: string;
  /** Version of the server, e.g. `0.32.15`. */
  engineVersion?: string;
  /** Image of the container, with the digest it has here where it came from a registry. */
  image?: string;
  /** The embedded server, when it is the scripted one. */
  scripted?: ScriptedServer;
  /** The last lines that a server which was started here has written. */
  log?: () => string;
  /** Stops what was started here; a server of the user's is left alone. */
  close(): Promise<void>;
}
