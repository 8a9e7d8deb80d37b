import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CassetteError } from "./errors.ts";
import { migrate, versionOf } from "./migrate.ts";
import { readPart, readPlainFile } from "./parts.ts";
import { decodeUtf8, fromPieces, type Piece } from "./pieces.ts";
import { exchangeSchema, manifestSchema, timingSchema, unpairedSchema } from "./schema.ts";
import type {
  Cassette,
  End,
  Exchange,
  ExchangeTiming,
  Header,
  Manifest,
  Pairing,
  RecordedRequest,
  RecordedResponse,
  UpstreamHop,
  WebFault,
} from "./types.ts";

const MAX_JSON = 32 * 1024 * 1024;
const MAX_BODY = 64 * 1024 * 1024;
const EXCHANGE_FILE = /^[0-9]{4}\.json$/;

interface StoredRequest {
  method: string;
  path: string;
  headers: Header[];
  body: Piece[];
}

interface StoredResponse {
  status: number | null;
  headers: Header[];
  body: Piece[];
  cuts: number[];
  end: End;
}

interface StoredHop {
  bridgeRequest: StoredRequest;
  upstreamResponse: StoredResponse;
}

interface StoredWebHop {
  origin: string | null;
  request: StoredRequest;
  response: StoredResponse;
  fault: WebFault | null;
}

interface StoredExchange {
  id: string;
  pairing: Pairing;
  clientRequest: StoredRequest;
  upstream: StoredHop[];
  web: StoredWebHop[];
  bridgeResponse: StoredResponse;
}

/**
 * Reads a cassette as if an enemy had written it: JSON only, schemas that refuse what they do not
 * name, sizes capped, parts checked against their names, nothing outside the folder.
 * @throws CassetteError
 */
export async function readCassette(folder: string): Promise<Cassette> {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) throw new CassetteError("missing", `there is no cassette at ${folder}`);
  if (!stat.isDirectory()) throw new CassetteError("hostile", `${folder} is not a folder`);
  const raw = readJsonFiles(folder);
  const version = versionOf(raw.get("cassette.json"), folder);
  const files = migrate(raw, version);
  const check = await validators();
  const manifest = check("manifest", files.get("cassette.json"), "cassette.json");
  const bodies = new Bodies(join(folder, "parts"));
  const exchanges = manifest.exchanges.map((id) => {
    const name = `exchanges/${id}.json`;
    const stored = check("exchange", files.get(name), name);
    if (stored.id !== id) throw new CassetteError("corrupt", `${name} says it is exchange ${stored.id}`);
    const timing = check("timing", files.get(`timing/${id}.json`), `timing/${id}.json`);
    return bodies.exchange(stored, timing, name);
  });
  if (exchanges.length === 0) throw new CassetteError("empty", `${folder} holds no exchange`);
  refuseStrays(files, manifest);
  const unpaired = files.has("unpaired.json")
    ? check("unpaired", files.get("unpaired.json"), "unpaired.json")
    : [];
  return { manifest, exchanges, unpaired: unpaired.map((hop) => bodies.hop(hop, "unpaired.json")) };
}

function readJsonFiles(folder: string): Map<string, unknown> {
  const files = new Map<string, unknown>();
  const names = ["cassette.json"];
  if (existsSync(join(folder, "unpaired.json"))) names.push("unpaired.json");
  for (const sub of ["exchanges", "timing"]) {
    const stat = lstatSync(join(folder, sub), { throwIfNoEntry: false });
    if (stat?.isDirectory() !== true) continue;
    for (const name of readdirSync(join(folder, sub))) {
      if (!EXCHANGE_FILE.test(name))
        throw new CassetteError("hostile", `${sub}/${name} has no place in a cassette`);
      names.push(`${sub}/${name}`);
    }
  }
  for (const name of names) files.set(name, readJson(join(folder, name), name));
  return files;
}

function readJson(path: string, name: string): unknown {
  const text = decodeUtf8(readPlainFile(path, MAX_JSON));
  try {
    return JSON.parse(text ?? "") as unknown;
  } catch (error) {
    throw new CassetteError("corrupt", `${name} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function refuseStrays(files: ReadonlyMap<string, unknown>, manifest: Manifest): void {
  if (new Set(manifest.exchanges).size !== manifest.exchanges.length)
    throw new CassetteError("corrupt", "cassette.json names an exchange twice");
  const stray = [...files.keys()].find(
    (name) => /^(exchanges|timing)\//.test(name) && !manifest.exchanges.includes(name.slice(-9, -5)),
  );
  if (stray !== undefined) throw new CassetteError("corrupt", `${stray} is not named in cassette.json`);
}

interface Stored {
  manifest: Manifest;
  exchange: StoredExchange;
  timing: ExchangeTiming;
  unpaired: StoredHop[];
}

type Check = <K extends keyof Stored>(schema: K, value: unknown, where: string) => Stored[K];

let compiledOnce: Promise<Check> | undefined;

function validators(): Promise<Check> {
  compiledOnce ??= compile();
  return compiledOnce;
}

async function compile(): Promise<Check> {
  const { Ajv } = await import("ajv");
  const ajv = new Ajv({ strict: true, allowUnionTypes: true });
  const compiled = {
    manifest: ajv.compile(manifestSchema),
    exchange: ajv.compile(exchangeSchema),
    timing: ajv.compile(timingSchema),
    unpaired: ajv.compile(unpairedSchema),
  };
  return (schema, value, where) => {
    const validate = compiled[schema];
    if (value === undefined) throw new CassetteError("corrupt", `${where} is missing`);
    if (validate(value)) return value as Stored[typeof schema];
    const problem = validate.errors?.[0];
    const detail = problem?.params["additionalProperty"];
    throw new CassetteError(
      "corrupt",
      `${where}${problem?.instancePath ?? ""} ${problem?.message ?? "is not valid"}${typeof detail === "string" ? ` "${detail}"` : ""}`,
    );
  };
}

class Bodies {
  readonly #folder: string;
  readonly #parts = new Map<string, Uint8Array>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  exchange(stored: StoredExchange, timing: ExchangeTiming, where: string): Exchange {
    return {
      id: stored.id,
      pairing: stored.pairing,
      clientRequest: this.#request(stored.clientRequest, where),
      upstream: stored.upstream.map((hop) => this.hop(hop, where)),
      web: stored.web.map((hop) => ({
        ...hop,
        request: this.#request(hop.request, where),
        response: this.#response(hop.response, where),
      })),
      bridgeResponse: this.#response(stored.bridgeResponse, where),
      timing,
    };
  }

  hop(stored: StoredHop, where: string): UpstreamHop {
    return {
      bridgeRequest: this.#request(stored.bridgeRequest, where),
      upstreamResponse: this.#response(stored.upstreamResponse, where),
    };
  }

  #request(stored: StoredRequest, where: string): RecordedRequest {
    return { ...stored, body: this.#body(stored.body, where) };
  }

  #response(stored: StoredResponse, where: string): RecordedResponse {
    const body = this.#body(stored.body, where);
    const rising = stored.cuts.every(
      (cut, index) => cut > (stored.cuts[index - 1] ?? 0) && cut < body.length,
    );
    if (!rising)
      throw new CassetteError("corrupt", `${where}: cuts do not rise inside a body of ${body.length} bytes`);
    return { ...stored, body };
  }

  #body(pieces: Piece[], where: string): Uint8Array {
    let size = 0;
    return fromPieces(pieces, (name) => {
      const bytes = this.#parts.get(name) ?? readPart(this.#folder, name);
      this.#parts.set(name, bytes);
      size += bytes.length;
      if (size > MAX_BODY) throw new CassetteError("too-large", `${where}: a body above ${MAX_BODY} bytes`);
      return bytes;
    });
  }
}
