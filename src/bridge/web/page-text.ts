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

/** The charset of the header, else the one that the page itself names near its beginning, else UTF-8. */
function decode(bytes: Uint8Array, contentType: string): string {
  const stated = /charset=["']?([\w-]+)/i;
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  const name = stated.exec(contentType)?.[1] ?? /<meta[^>]+charset=["']?([\w-]+)/i.exec(head)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(name).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
