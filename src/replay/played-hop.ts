import { decodeUtf8 } from "../cassette/pieces.ts";
import type { Places } from "../cassette/normalise-text.ts";
import { inPlaces } from "../cassette/places.ts";
import type { Redactor } from "../cassette/redact.ts";
import type { Cassette, RecordedRequest, RecordedResponse, ResponseTiming } from "../cassette/types.ts";
import { Matcher, type Candidate, type Match, type Miss } from "./match.ts";

export type Surface = "front" | "back";

type Hit = Extract<Match, { kind: "hit" }>;

export type Taken =
  | (Hit & { response: RecordedResponse; timing: ResponseTiming | undefined })
  | { kind: "miss"; miss: Miss };

interface Recorded extends Candidate {
  response: RecordedResponse;
  timing: ResponseTiming | undefined;
}

/** One hop of a cassette as something that answers requests, each recorded answer once. */
export class PlayedHop {
  readonly total: number;
  readonly #recorded: Map<string, Recorded>;
  readonly #matcher: Matcher;
  readonly #redactor: Redactor;
  readonly #places: Places;
  readonly #surface: Surface;

  constructor(cassette: Cassette, surface: Surface, redactor: Redactor) {
    const recorded = surface === "front" ? frontHop(cassette) : backHop(cassette);
    this.total = recorded.length;
    this.#recorded = new Map(recorded.map((entry) => [entry.id, entry]));
    this.#matcher = new Matcher(recorded, cassette.manifest.places);
    this.#redactor = redactor;
    this.#places = cassette.manifest.places;
    this.#surface = surface;
  }

  /** The recorded answer of a live request. The request is redacted as the recorded ones were, then compared. */
  take(live: RecordedRequest): Taken {
    const redactor = this.#redactor;
    if (this.#surface === "front") redactor.learnRequest(live.body);
    else redactor.learn(decodeUtf8(live.body) ?? "");
    const match = this.#matcher.match({ ...live, body: redactor.body(live.body) }, redactor.places);
    if (match.kind === "miss") return match;
    const entry = this.#recorded.get(match.id);
    if (entry === undefined) throw new Error(`exchange ${match.id} has no answer`);
    const response = inPlaces(entry.response, this.#places, redactor.live);
    return { ...match, response, timing: entry.timing };
  }

  unconsumed(): string[] {
    return this.#matcher.unconsumed();
  }
}

function frontHop({ exchanges }: Cassette): Recorded[] {
  return exchanges.map(({ id, clientRequest, bridgeResponse, timing }) => ({
    id,
    request: clientRequest,
    response: bridgeResponse,
    timing: timing.front ?? undefined,
  }));
}

/** Upstream requests go by `0003.2`: the second one of exchange 0003. */
function backHop({ exchanges, unpaired }: Cassette): Recorded[] {
  const probes = unpaired.map((hop, index) => ({ id: `0000.${index + 1}`, hop, timing: undefined }));
  const asked = exchanges.flatMap(({ id, upstream, timing }) =>
    upstream.map((hop, index) => ({ id: `${id}.${index + 1}`, hop, timing: timing.upstream[index] })),
  );
  return [...probes, ...asked].map(({ id, hop, timing }) => ({
    id,
    request: hop.bridgeRequest,
    response: hop.upstreamResponse,
    timing,
  }));
}
