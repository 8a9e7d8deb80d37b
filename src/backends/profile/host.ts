import { arch, cpus, platform, totalmem } from "node:os";
import type { Host } from "./types.ts";

/** The machine that this process runs on. */
export function thisHost(remote: boolean, onGpu: number | null): Host {
  const processors = cpus();
  return {
    system: `${platform()} ${arch()}`,
    cpu: processors[0]?.model.trim() || "unknown",
    cores: processors.length,
    memory: totalmem(),
    remote,
    onGpu,
  };
}

/** Whether a server's address is this machine's own. */
export function isHere(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)$/iu.test(hostname);
}
