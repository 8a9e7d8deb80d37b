import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { docker } from "./ollama-image.ts";

export interface TinyRegistry {
  /** Name of the one image it has, with its address. */
  image: string;
  /** Its address and nothing behind it, e.g. `127.0.0.1:5000`. */
  host: string;
  close: () => Promise<void>;
}

interface Manifest {
  Config: string;
  Layers: string[];
}

const V2 = "application/vnd.docker.distribution.manifest.v2+json";

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/**
 * A read-only registry on 127.0.0.1 with one image of the test engine, as `fake/ollama:1`. An engine speaks
 * plain HTTP to loopback. Source: https://distribution.github.io/distribution/spec/api/
 */
export async function startTinyRegistry(from: string): Promise<TinyRegistry> {
  const folder = mkdtempSync(join(tmpdir(), "bc-registry-"));
  docker("save", "-o", join(folder, "image.tar"), from);
  execFileSync("tar", ["-C", folder, "-xf", join(folder, "image.tar")]);
  const [saved] = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Manifest[];
  if (saved === undefined) throw new Error(`docker save gave nothing of ${from}`);
  const blobs = new Map<string, string>();
  const describe = (file: string, mediaType: string): object => {
    const path = join(folder, file);
    const digest = sha256(readFileSync(path));
    blobs.set(digest, path);
    return { mediaType, size: statSync(path).size, digest };
  };
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: V2,
      config: describe(saved.Config, "application/vnd.docker.container.image.v1+json"),
      layers: saved.Layers.map((file) => describe(file, "application/vnd.docker.image.rootfs.diff.tar")),
    }),
  );
  const digest = sha256(manifest);
  const server = createServer(({ url = "", method }, response) => {
    const head = method === "HEAD";
    const blob = blobs.get(url.slice(url.lastIndexOf("/") + 1));
    if (url === "/v2/") return response.writeHead(200).end("{}");
    if (url === "/v2/fake/ollama/manifests/1" || url === `/v2/fake/ollama/manifests/${digest}`) {
      response.writeHead(200, {
        "content-type": V2,
        "content-length": manifest.length,
        "docker-content-digest": digest,
      });
      return response.end(head ? undefined : manifest);
    }
    if (blob !== undefined) {
      response.writeHead(200, { "content-length": statSync(blob).size });
      return head ? response.end() : createReadStream(blob).pipe(response);
    }
    response.writeHead(404, { "content-type": "application/json" });
    return response.end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    image: `${host}/fake/ollama:1`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}
