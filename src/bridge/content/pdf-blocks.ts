import type { ContentBlock } from "../../messages/types.ts";
import type { PdfPage } from "./pdf.ts";

/**
 * The content of a PDF as blocks: each page's number, its text and its picture. Null for a document
 * without any text of which nothing can be shown.
 */
export function pdfBlocks(pages: readonly PdfPage[]): ContentBlock[] | null {
  if (pages.every(({ text, picture }) => text === "" && picture === null)) return null;
  return pages.flatMap(({ text, picture }, n): ContentBlock[] => {
    const head = `[page ${n + 1} of ${pages.length}]`;
    const body = text === "" && picture === null ? "(no text; a picture cannot be shown here)" : text;
    const words: ContentBlock = { type: "text", text: body === "" ? head : `${head}\n${body}` };
    if (picture === null) return [words];
    const source = { type: "base64", media_type: "image/png", data: picture } as const;
    return [words, { type: "image", source }];
  });
}
