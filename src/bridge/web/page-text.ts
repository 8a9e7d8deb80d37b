import { WebFailure } from "./failure.ts";

export interface PageText {
  title: string | null;
  text: string;
}

const HTML = /^(?:text\/html|application\/xhtml\+xml)$/;
const PLAIN = /^text\/|^application\/(?:json|xml|javascript|yaml|[\w.-]+\+(?:json|xml))$/;

/**
 * A page's bytes as text: HTML without markup, scripts and pictures, other text as it is. Throws
 * WebFailure `unsupported_content_type` for what is no text, PDF among it.
 */
export async function pageText(bytes: Uint8Array, contentType: string): Promise<PageText> {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (PLAIN.test(type) && !HTML.test(type)) return { title: null, text: decode(bytes, contentType) };
  if (!HTML.test(type)) {
    throw new WebFailure(
      "unsupported_content_type",
      `This page is ${type || "of no stated type"}, not text.`,
    );
  }
  const html = decode(bytes, contentType);
  const { convert } = await import("html-to-text");
  return {
    title: titleOf(html, convert),
    text: convert(html, { wordwrap: false, selectors: SELECTORS, limits: { maxDepth: MAX_DEPTH } }),
  };
}

/** Elements within elements; the conversion recurses, and no real page comes near. */
const MAX_DEPTH = 1_000;

const SELECTORS = [
  ...["title", "img", "nav", "script", "style", "noscript", "svg", "form"].map((selector) => ({
    selector,
    format: "skip",
  })),
  { selector: "a", options: { ignoreHref: false, hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
  ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
  { selector: "table", format: "dataTable", options: { uppercaseHeaderCells: false } },
];

function titleOf(html: string, convert: (html: string) => string): string | null {
  const inner = /<title[^>]*>([^<]{1,1000})<\/title>/i.exec(html)?.[1];
  const title = inner === undefined ? "" : convert(inner).trim();
  return title === "" ? null : title;
}

/**
 * The charset of a byte order mark, else of the header, else the one that the page itself names near its
 * beginning (which then is not UTF-16, or it could not be read there), else UTF-8.
 * Source: https://encoding.spec.whatwg.org/#decode
 */
function decode(bytes: Uint8Array, contentType: string): string {
  const name = markOf(bytes) ?? /charset=["']?([\w-]+)/i.exec(contentType)?.[1] ?? namedWithin(bytes);
  try {
    return new TextDecoder(name).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function markOf([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}

function namedWithin(bytes: Uint8Array): string {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  const [, meta, xml] =
    /<meta[^>]+charset=["']?([\w-]+)|^\s*<\?xml[^>]+encoding=["']([\w-]+)/i.exec(head) ?? [];
  const name = meta ?? xml ?? "utf-8";
  return /^utf-16/i.test(name) ? "utf-8" : name;
}
