import { digestOf } from "../cassette/digest.ts";
import { describeDifference, diffJson, type Difference } from "../cassette/diff.ts";
import { canonicalRequest, type Canonical } from "../cassette/normalise.ts";
import type { Places } from "../cassette/normalise-text.ts";
import type { RecordedRequest } from "../cassette/types.ts";

/**
 * Why a request has no answer. `out-of-scope`: nothing was recorded for its route;
 * `already-consumed`: its answer was given, and the recording asks only once; `re-sent`: the same
 * turn in another form; `wrong-lane`: no recorded conversation begins like this one; `drifted`: all else.
 */
export type MissReason = "out-of-scope" | "already-consumed" | "re-sent" | "wrong-lane" | "drifted";

export interface Miss {
  reason: MissReason;
  /** One line, code first. */
  message: string;
  /** The exchange it comes nearest to. */
  nearest: string | null;
  differences: Difference[];
}

export type Match =
  | { kind: "hit"; id: string; drift: Difference[]; /** An earlier one still waits. */ reordered: boolean }
  | { kind: "miss"; miss: Miss };

/** One recorded request that can be matched once. */
export interface Candidate {
  id: string;
  request: RecordedRequest;
}

interface Entry {
  id: string;
  route: string;
  canonical: Canonical;
  consumed: boolean;
}

/**
 * Finds the recorded exchange of a live request by what it says, and by nothing else: there is no
 * nearest answer and no next one. Both sides are compared in canonical form.
 */
export class Matcher {
  readonly #entries: Entry[];

  constructor(candidates: readonly Candidate[], places: Places) {
    this.#entries = candidates.map(({ id, request }) => ({
      id,
      route: routeOf(request),
      canonical: canonicalRequest(request, places),
      consumed: false,
    }));
  }

  match(live: RecordedRequest, places: Places): Match {
    const route = routeOf(live);
    const canonical = canonicalRequest(live, places);
    const sameRoute = this.#entries.filter((entry) => entry.route === route);
    const waiting = sameRoute.filter(({ consumed }) => !consumed);
    const hit = waiting.find((entry) => entry.canonical.digest === canonical.digest);
    if (hit === undefined) return { kind: "miss", miss: explain(route, canonical, sameRoute) };
    hit.consumed = true;
    return {
      kind: "hit",
      id: hit.id,
      drift: diffJson(hit.canonical.soft, canonical.soft),
      reordered: this.#entries.some(({ consumed, id }) => !consumed && id < hit.id),
    };
  }

  unconsumed(): string[] {
    return this.#entries.filter(({ consumed }) => !consumed).map(({ id }) => id);
  }
}

function routeOf({ method, path }: RecordedRequest): string {
  return `${method} ${path.replace(/[?#].*$/, "")}`;
}

function explain(route: string, live: Canonical, entries: Entry[]): Miss {
  if (entries.length === 0)
    return miss("out-of-scope", route, null, [], "the cassette has no exchange for this route");
  const served = entries.find(({ consumed, canonical }) => consumed && canonical.digest === live.digest);
  if (served !== undefined)
    return miss(
      "already-consumed",
      route,
      served.id,
      [],
      `exchange ${served.id} was served, and the recording asks for it once`,
    );
  const sameTurn = entries.find(({ consumed, canonical }) => consumed && turnOf(canonical) === turnOf(live));
  const open = entries.filter(({ consumed }) => !consumed);
  const nearest = sameTurn ?? nearestOf(live, open.length > 0 ? open : entries);
  const differences = diffJson(nearest.canonical.hard, live.hard);
  const where = differences[0] === undefined ? "" : describeDifference(differences[0]);
  const more = differences.length > 1 ? ` (and ${differences.length - 1} more)` : "";
  if (sameTurn !== undefined)
    return miss(
      "re-sent",
      route,
      sameTurn.id,
      differences,
      `turn of exchange ${sameTurn.id} again, ${where}${more}`,
    );
  const known = entries.some(({ canonical }) => laneOf(canonical) === laneOf(live));
  return miss(
    known ? "drifted" : "wrong-lane",
    route,
    nearest.id,
    differences,
    `exchange ${nearest.id} drifted at ${where}${more}`,
  );
}

function miss(
  reason: MissReason,
  route: string,
  nearest: string | null,
  differences: Difference[],
  what: string,
): Miss {
  return { reason, nearest, differences, message: `ReplayMiss [${reason}] ${route}: ${what}` };
}

interface Body {
  model?: unknown;
  messages?: unknown;
  tools?: unknown;
}

function bodyOf({ hard }: Canonical): Body {
  return typeof hard === "object" && hard !== null ? hard : {};
}

function turnOf(canonical: Canonical): string {
  const { messages } = bodyOf(canonical);
  return messages === undefined ? canonical.digest : digestOf(messages);
}

function messagesOf(canonical: Canonical): unknown[] {
  const { messages } = bodyOf(canonical);
  return Array.isArray(messages) ? messages : [];
}

/** A conversation: its model, and how it begins. */
function laneOf(canonical: Canonical): string {
  return digestOf([bodyOf(canonical).model, messagesOf(canonical)[0]]);
}

/** The entry that shares most messages with the request, then the one that differs least. */
function nearestOf(live: Canonical, entries: Entry[]): Entry {
  const score = ({ canonical }: Entry): number => shared(messagesOf(live), messagesOf(canonical));
  const best = Math.max(...entries.map(score));
  const near = entries.filter((entry) => score(entry) === best);
  const distance = (entry: Entry): number => diffJson(entry.canonical.hard, live.hard).length;
  return near.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}

function shared(a: unknown[], b: unknown[]): number {
  const at = a.findIndex((message, index) => digestOf(message) !== digestOf(b[index]));
  return at < 0 ? a.length : at;
}
