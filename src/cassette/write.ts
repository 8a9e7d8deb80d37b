import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CassetteError } from "./errors.ts";
import { PartStore } from "./parts.ts";
import { toPieces } from "./pieces.ts";
import type { Cassette, Exchange, RecordedRequest, RecordedResponse, UpstreamHop } from "./types.ts";

export interface WriteOptions {
  /** Put the cassette in the place of one that is there (`accept`, `migrate`). Recording never does. */
  replace?: boolean;
}

/**
 * Writes a cassette to `folder`: whole or not at all, by way of `folder.partial`.
 * @throws CassetteError `exists` when something is there and `replace` is not set; `empty` for no exchanges.
 */
export function writeCassette(folder: string, cassette: Cassette, options: WriteOptions = {}): void {
  if (cassette.exchanges.length === 0)
    throw new CassetteError("empty", `nothing was recorded, so ${folder} is not written`);
  const taken = existsSync(folder);
  if (taken && options.replace !== true)
    throw new CassetteError(
      "exists",
      `${folder} exists; a recording never overwrites: remove it or choose another name`,
    );
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  writeFiles(partial, cassette);
  mkdirSync(dirname(folder), { recursive: true });
  if (!taken) return renameSync(partial, folder);
  const old = `${folder}.old.partial`;
  rmSync(old, { recursive: true, force: true });
  renameSync(folder, old);
  renameSync(partial, folder);
  rmSync(old, { recursive: true, force: true });
}

function writeFiles(folder: string, cassette: Cassette): void {
  const parts = new PartStore();
  for (const name of ["exchanges", "timing"]) mkdirSync(join(folder, name), { recursive: true });
  for (const exchange of cassette.exchanges) {
    writeJson(join(folder, "exchanges", `${exchange.id}.json`), storedExchange(exchange, parts));
    writeJson(join(folder, "timing", `${exchange.id}.json`), exchange.timing);
  }
  if (cassette.unpaired.length > 0)
    writeJson(
      join(folder, "unpaired.json"),
      cassette.unpaired.map((hop) => storedHop(hop, parts)),
    );
  parts.writeTo(join(folder, "parts"));
  writeJson(join(folder, "cassette.json"), cassette.manifest);
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 1)}\n`);
}

function storedExchange(exchange: Exchange, parts: PartStore): object {
  return {
    id: exchange.id,
    pairing: exchange.pairing,
    clientRequest: storedRequest(exchange.clientRequest, parts),
    upstream: exchange.upstream.map((hop) => storedHop(hop, parts)),
    web: exchange.web.map(({ origin, request, response, fault }) => ({
      origin,
      request: storedRequest(request, parts),
      response: storedResponse(response, parts),
      fault,
    })),
    bridgeResponse: storedResponse(exchange.bridgeResponse, parts),
  };
}

function storedHop(hop: UpstreamHop, parts: PartStore): object {
  return {
    bridgeRequest: storedRequest(hop.bridgeRequest, parts),
    upstreamResponse: storedResponse(hop.upstreamResponse, parts),
  };
}

function storedRequest({ method, path, headers, body }: RecordedRequest, parts: PartStore): object {
  return { method, path, headers, body: toPieces(body, parts) };
}

function storedResponse({ status, headers, body, cuts, end }: RecordedResponse, parts: PartStore): object {
  return { status, headers, body: toPieces(body, parts), cuts, end };
}
