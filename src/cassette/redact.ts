import { realpathSync } from "node:fs";
import { aliasOf, findSecrets } from "./detectors.ts";
import { fill } from "./filler.ts";
import { decodeLiteral, jsonSpans, literals } from "./json-text.ts";
import { normaliseText } from "./normalise-text.ts";
import { decodeUtf8 } from "./pieces.ts";
import { slugOf } from "./slug.ts";
import { collectProse } from "./prose.ts";
import { spokenTexts, substituteSpoken } from "./spoken.ts";
import { substitute, substitutePlain, type Substitution } from "./substitute.ts";
import type { Header, RedactionProfile } from "./types.ts";
import {
  packedTexts,
  substituteInMarkup,
  substituteInQuery,
  substitutePacked,
  unescapedAddress,
} from "./web-text.ts";

/** Raised by one whenever the same request would be redacted to something else. */
export const REDACTION_RULES = 2;

/** Prose shorter than this may be part of anything, and stands for itself only as a whole value. */
const SHORT_PROSE = 24;
const GENERIC_USERS = new Set([
  "root",
  "user",
  "admin",
  "node",
  "runner",
  "ubuntu",
  "vagrant",
  "docker",
  "claude",
]);

export interface RedactorOptions {
  profile: RedactionProfile;
  /** The folder names of the machine that the session runs on. */
  home?: string | undefined;
  cwd?: string | undefined;
  user?: string | undefined;
  /** Other folders of the machine, e.g. the home of who started the model's server. */
  folders?: readonly string[];
  /** Values known to be secret whatever they look like (keys that were passed in). */
  secrets?: readonly string[];
}

/** Request and response headers that are kept; all others never reach the disk. */
const KEPT_HEADERS =
  /^(accept|content-type|content-length|transfer-encoding|user-agent|anthropic-version|anthropic-beta|x-app|x-stainless-(retry-count|timeout)|x-claude-code-agent-id|x-bridge-[a-z-]+|request-id|retry-after|x-should-retry)$/i;

/** What an answer of the web is read by. */
const KEPT_OF_THE_WEB = /^(content-type|content-encoding|location)$/i;

/**
 * Takes secrets, folder names and the client's prose out of bytes. Learns from what it is shown,
 * so that the same text has the same stand-in on both hops; every stand-in is as long as what it
 * stands for, so that offsets into a body stay true.
 */
export class Redactor {
  /** The folders as they stand in redacted bytes. */
  readonly places: { home: string | null; cwd: string | null };
  /** The folders of this machine. */
  readonly live: { home: string | undefined; cwd: string | undefined };
  readonly counts: Record<string, number> = {};
  readonly #profile: RedactionProfile;
  readonly #secrets = new Map<string, Substitution>();
  /** Those of them that are not written for an address. */
  readonly #plain = new Map<string, Substitution>();
  readonly #prose = new Map<string, Substitution>();

  constructor(options: RedactorOptions) {
    this.#profile = options.profile;
    const { cwd, home, user } = options;
    this.live = { cwd, home };
    this.places = { home: this.#place("home", home), cwd: this.#place("cwd", cwd) };
    for (const folder of options.folders ?? []) this.#place("user", folder);
    if (user !== undefined && user.length > 2 && !GENERIC_USERS.has(user)) this.#secret("user", user, "word");
    for (const value of options.secrets ?? []) if (value.length >= 8) this.#secret("known", value);
  }

  /** Shows it a front request: its prose, and its secrets. */
  learnRequest(body: Uint8Array): void {
    const text = decodeUtf8(body);
    if (text === undefined) return;
    this.learn(text);
    if (this.#profile !== "published") return;
    for (const { text: prose, description } of collectProse(substitute(text, [...this.#secrets.values()])))
      this.#learnProse(prose, description);
  }

  /** Shows it any text; secrets are recognised by their shape. */
  learn(text: string): void {
    const decoded = literals(text).map(({ start, end }) => decodeLiteral(text.slice(start, end)) ?? "");
    const told = jsonSpans(text) === undefined ? spokenTexts(text) : [];
    const sources = [text, ...decoded, ...told, ...packedTexts(text)];
    for (const source of [...sources, ...sources.flatMap((each) => unescapedAddress(each) ?? [])])
      for (const { kind, value } of findSecrets(source)) this.#secret(kind, value);
  }

  /** A body with everything learnt so far taken out. Same length, same cuts. */
  body(bytes: Uint8Array): Uint8Array {
    const text = decodeUtf8(bytes);
    const secrets = [...this.#secrets.values()];
    if (text === undefined)
      return Buffer.from(substitutePlain(Buffer.from(bytes).toString("latin1"), secrets), "latin1");
    const clean = substitutePacked(substitute(text, secrets), secrets);
    const filled = substitute(clean, [...this.#prose.values()]);
    if (jsonSpans(text) !== undefined) return new TextEncoder().encode(filled);
    return new TextEncoder().encode(substitutePlain(substituteSpoken(filled, secrets), secrets));
  }

  /** A line that is no JSON: a path, an argument. */
  line(text: string): string {
    return substitutePlain(text, [...this.#secrets.values()]);
  }

  /** The path of a request to a search service, which holds a text. Its length may change. */
  query(path: string): string {
    const prose = [...this.#prose.values()].filter(({ where }) => where === "prose");
    return substituteInQuery(path, [...prose, ...this.#plain.values()]);
  }

  /** What came from the web. Its length may change where it is markup. */
  page(bytes: Uint8Array): Uint8Array {
    const body = this.body(bytes);
    const text = decodeUtf8(body);
    if (text === undefined || jsonSpans(text) !== undefined) return body;
    return new TextEncoder().encode(substituteInMarkup(text, [...this.#secrets.values()]));
  }

  webHeaders(headers: readonly Header[]): Header[] {
    return headers
      .filter(([name]) => KEPT_OF_THE_WEB.test(name))
      .map(([name, value]) => [name.toLowerCase(), this.line(value)]);
  }

  headers(headers: readonly Header[]): Header[] {
    return headers
      .filter(([name]) => KEPT_HEADERS.test(name))
      .map(([name, value]) => [name.toLowerCase(), this.line(value)]);
  }

  #learnProse(untrimmed: string, description: boolean): void {
    const text = untrimmed.trim();
    const where = description && text.length < SHORT_PROSE ? "description" : "prose";
    if (text.length < SHORT_PROSE && !description) return;
    const key = `${where} ${text}`;
    if (this.#prose.has(key) || text.includes(`[prose:`)) return;
    this.#prose.set(key, { from: text, to: fill(text, normaliseText(text, this.places)), where });
    this.#count("prose");
  }

  #secret(kind: string, value: string, where: "part" | "word" = "part"): void {
    if (this.#secrets.has(value)) return;
    const n = (this.counts[kind] ?? 0) + 1;
    this.#count(kind);
    this.#keep({ from: value, to: aliasOf(kind, n, value.length), where });
    const written = encodeURIComponent(value);
    if (written !== value)
      this.#secrets.set(written, { from: written, to: aliasOf(kind, n, written.length), where });
  }

  #keep(item: Substitution): void {
    this.#secrets.set(item.from, item);
    this.#plain.set(item.from, item);
  }

  /** A folder goes by its name, its real name, and the form in which it is part of file names. */
  #place(kind: "home" | "cwd" | "user", path: string | undefined): string | null {
    if (path === undefined || path.length < 3) return null;
    const name = placeAlias(kind, path);
    for (const form of new Set([path, realPath(path)])) {
      const alias = placeAlias(kind, form);
      if (this.#secrets.has(form)) continue;
      this.#keep({ from: form, to: alias, where: "word" });
      // Of a name of one part, the slug may be part of any word.
      if (form.lastIndexOf("/") > 0) this.#keep({ from: slugOf(form), to: slugOf(alias), where: "word" });
      const [from, to] = [encodeURIComponent(form), encodeURIComponent(alias)];
      if (from.length === to.length) this.#secrets.set(from, { from, to, where: "word" });
    }
    this.#count(kind);
    return name;
  }

  #count(kind: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }
}

/** Slashes stay: one of them may be written with an escape. */
function placeAlias(kind: string, path: string): string {
  return path.replaceAll(/[^/]/g, (_, at: number) => kind.charAt((at - 1) % kind.length));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
