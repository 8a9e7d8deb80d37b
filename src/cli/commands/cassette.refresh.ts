import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findServer } from "../../backends/find-server.ts";
import type { Cassette } from "../../cassette/types.ts";
import { drive } from "../../replay/drive.ts";
import { recordSession } from "../../replay/record.ts";
import { usageError } from "../exit.ts";
import type { CassetteArguments } from "./cassette.ts";

const TIMEOUT_MS = 600_000;

/** Sends the recorded requests to a live model, through taps as when they were recorded. */
export async function refreshCassette(cassette: Cassette, argv: CassetteArguments): Promise<Cassette> {
  const { manifest } = cassette;
  const { search, fetch: pages } = manifest.bridge.web;
  if ((search !== null || pages) && cassette.exchanges.some(({ web }) => web.length > 0))
    throw usageError(
      `${manifest.title} has searched or read the web, which refresh does not do: record it anew with --web-search or --web-fetch`,
    );
  const backend = await findServer({
    kind: "auto",
    provider: manifest.bridge.provider,
    ...(argv.model === undefined ? {} : { model: argv.model }),
    ...(argv["base-url"] === undefined ? {} : { baseUrl: argv["base-url"] }),
    ...(argv["api-key"] === undefined ? {} : { apiKey: argv["api-key"] }),
  });
  const folder = mkdtempSync(join(tmpdir(), "cassette-refresh-"));
  try {
    const { home, cwd } = manifest.places;
    const { cassette: refreshed } = await recordSession({
      folder: join(folder, "new"),
      title: manifest.title,
      // Prose was taken out once, and stays as it is.
      redact: "secrets",
      backend,
      bridge: manifest.bridge,
      ...(argv["api-key"] === undefined ? {} : { apiKey: argv["api-key"] }),
      token: null,
      client: { ...manifest.client, home: home ?? "", cwd: cwd ?? "" },
      generator: manifest.generator,
      run: async (baseUrl) => {
        for (const { id, clientRequest, bridgeResponse } of cassette.exchanges)
          await drive(
            (request) => fetch(rebased(request, baseUrl)),
            id,
            clientRequest,
            bridgeResponse,
            TIMEOUT_MS,
          );
        return { exitCode: 0 };
      },
    });
    return {
      manifest: {
        ...manifest,
        recordedAt: refreshed.manifest.recordedAt,
        upstream: refreshed.manifest.upstream,
      },
      exchanges: refreshed.exchanges.map((exchange, index) => ({
        ...exchange,
        clientRequest: cassette.exchanges[index]?.clientRequest ?? exchange.clientRequest,
      })),
      unpaired: refreshed.unpaired,
    };
  } finally {
    await backend.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function rebased(request: Request, baseUrl: string): Request {
  const { pathname, search } = new URL(request.url);
  return new Request(new URL(pathname + search, baseUrl), request);
}
