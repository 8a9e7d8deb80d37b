import { applyAll, type Substitution } from "./substitute.ts";
import { packSnippet, unpackSnippet } from "../translate/server-tools/snippet.ts";

/** How a query is written into an address: in a path, or in a form. */
const NOTATIONS: readonly ((text: string) => string)[] = [
  encodeURIComponent,
  (text) => new URLSearchParams({ "": text }).toString().slice(1),
];

/**
 * Puts substitutions into an address that the bridge made of a text, whose stand-ins it will write in the same
 * way. Lengths may change: no offset points into an address.
 */
export function substituteInQuery(address: string, list: readonly Substitution[]): string {
  const forms = list.flatMap((item) =>
    NOTATIONS.map((written) => ({ ...item, from: written(item.from), to: written(item.to) })),
  );
  return applyAll(address, forms);
}

/** The mark that an address of a person has, as it stands in an address on the web. */
const AT = /%40/g;

/** A text with what was escaped for an address as it would be read; undefined when nothing was. */
export function unescapedAddress(text: string): string | undefined {
  return text.includes("%40") ? text.replaceAll(AT, "@") : undefined;
}

const NAMED: Readonly<Record<string, string>> = {
  "@": "commat",
  ".": "period",
  "/": "sol",
  "-": "hyphen",
  _: "lowbar",
};

/** Puts substitutions into HTML in which characters are written as entities, as pages do with addresses of people. */
export function substituteInMarkup(text: string, list: readonly Substitution[]): string {
  if (!text.includes("&")) return text;
  return list.reduce((clean, { from, to }) => clean.replaceAll(markupPattern(from), to), text);
}

function markupPattern(text: string): RegExp {
  const chars = Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    const named = NAMED[char] === undefined ? "" : `|&${NAMED[char]};`;
    const plain = char.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
    return `(?:${plain}|&#0*${code};|&#[xX]0*${code.toString(16)};${named})`;
  });
  return new RegExp(chars.join(""), "g");
}

const PACKED = /"(cbs1\.[A-Za-z0-9_-]+)"/g;

/** The excerpts of search results that a body carries for the bridge, see `packSnippet`. */
export function packedTexts(body: string): string[] {
  return Array.from(body.matchAll(PACKED)).flatMap(([, packed]) => unpackSnippet(packed) ?? []);
}

/** Puts substitutions into such excerpts. */
export function substitutePacked(body: string, list: readonly Substitution[]): string {
  return body.replaceAll(PACKED, (whole, packed: string) => {
    const text = unpackSnippet(packed);
    return text === undefined ? whole : `"${packSnippet(applyAll(text, list))}"`;
  });
}
