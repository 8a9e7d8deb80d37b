import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { engineAddresses, type Machine } from "./engine-address.ts";

const id = createHash("sha256").update("desktop-linux").digest("hex");
const FILES: Record<string, string> = {
  "/home/u/.docker/config.json": '{"currentContext":"desktop-linux"}',
  [`/home/u/.docker/contexts/meta/${id}/meta.json`]:
    '{"Endpoints":{"docker":{"Host":"unix:///home/u/.docker/desktop/docker.sock"}}}',
};

function machine(files: Record<string, string>, platform: NodeJS.Platform = "linux"): Machine {
  const read = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error("ENOENT");
    return text;
  };
  return { home: "/home/u", platform, exists: (path) => path in files, read };
}

test.each<[what: string, env: NodeJS.ProcessEnv, Machine, hosts: string[]]>([
  [
    "what the user says stands alone",
    { DOCKER_HOST: "tcp://127.0.0.1:9" },
    machine(FILES),
    ["tcp://127.0.0.1:9"],
  ],
  ["a context", {}, machine(FILES), ["unix:///home/u/.docker/desktop/docker.sock"]],
  [
    "the default context is none",
    { DOCKER_CONTEXT: "default" },
    machine({}),
    ["unix:///var/run/docker.sock"],
  ],
  ["a context that is not described", { DOCKER_CONTEXT: "x" }, machine({}), ["unix:///var/run/docker.sock"]],
  [
    "the usual sockets that are there",
    { XDG_RUNTIME_DIR: "/run/user/1" },
    machine({ "/run/user/1/docker.sock": "", "/home/u/.docker/run/docker.sock": "" }),
    ["unix:///run/user/1/docker.sock", "unix:///home/u/.docker/run/docker.sock"],
  ],
  ["Windows", {}, machine({}, "win32"), ["npipe:////./pipe/docker_engine"]],
])("%s", (_what, env, there, hosts) => {
  expect(engineAddresses(env, there).map(({ host }) => host)).toEqual(hosts);
});
