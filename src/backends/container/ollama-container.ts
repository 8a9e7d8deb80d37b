import { OllamaContainer } from "@testcontainers/ollama";
import { PullPolicy, Wait } from "testcontainers";
import type { Labels } from "./labels.ts";
import { MODELS_FOLDER } from "./volume.ts";

export interface ContainerOptions {
  labels: Labels;
  /** A named volume for the models. */
  volume: string;
  /** Asks for every graphics card when the engine can give them. */
  gpu: boolean;
  /** Port on 127.0.0.1; 0: a free one. */
  port: number;
  /** Limit of its memory in bytes; 0: none. */
  memory: number;
  patienceMs: number;
  onLine: (line: string) => void;
  /** Called between the steps of starting; throws to end it. */
  check: () => void;
}

const PORT = 11_434;

/**
 * Testcontainers' Ollama, but on loopback alone (it would be open to the whole network), without a helper
 * container that cleans up (the sweeps do), and never downloading by itself.
 */
export class LocalOllama extends OllamaContainer {
  readonly #options: ContainerOptions;

  constructor(image: string, options: ContainerOptions) {
    super(image);
    this.#options = options;
    this.withAutoCleanup(false)
      .withPullPolicy(PullPolicy.neverPull())
      .withLabels({ ...options.labels })
      .withBindMounts([{ source: options.volume, target: MODELS_FOLDER }])
      .withStartupTimeout(options.patienceMs)
      .withLogConsumer((stream) => {
        const { onLine } = options;
        stream.on("data", (data) => onLine(String(data)));
        stream.on("err", (data) => onLine(String(data)));
        stream.on("error", () => undefined);
      })
      .withWaitStrategy(Wait.forLogMessage("Listening on "));
  }

  protected override beforeContainerCreated(): Promise<void> {
    const { gpu, port, memory, check } = this.#options;
    check();
    this.hostConfig.PortBindings = { [`${PORT}/tcp`]: [{ HostIp: "127.0.0.1", HostPort: String(port) }] };
    if (!gpu) delete this.hostConfig.DeviceRequests;
    if (memory > 0) Object.assign(this.hostConfig, { Memory: memory, MemorySwap: memory });
    return Promise.resolve();
  }

  protected override containerCreated(): Promise<void> {
    this.#options.check();
    return Promise.resolve();
  }

  get asksForGpu(): boolean {
    return this.hostConfig.DeviceRequests !== undefined;
  }
}
