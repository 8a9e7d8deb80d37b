import { invalidRequest } from "../../messages/api-error.ts";
import type { ContentBlock, ToolResultBlock } from "../../messages/types.ts";
import { readImage } from "./images.ts";
import type { RenderOptions } from "./options.ts";
import { DOCUMENT_END, documentHead, renderSearchResult, renderServerBlock } from "./texts.ts";
import type { Image } from "./turns.ts";

/** Neither dialect has a flag for a failed call: the model must see it in the text. */
const ERROR_PREFIX = "Tool error: ";
const NO_OUTPUT = "(no output)";

export interface RenderedResult {
  text: string;
  images: Image[];
}

/**
 * A tool result as text and images. Absent, `""` and `[]` are the same; lists of texts are joined by a
 * newline; a PDF, which cannot be shown yet, is named, so that the model does not take it for read.
 */
export function renderToolResult(
  block: ToolResultBlock,
  path: string,
  options: RenderOptions,
): RenderedResult {
  const images: Image[] = [];
  const { content = "" } = block;
  const text =
    typeof content === "string"
      ? content
      : content.map((entry, n) => renderEntry(entry, `${path}.content.${n}`, images, options)).join("\n");
  return {
    text: block.is_error === true ? `${ERROR_PREFIX}${text === "" ? NO_OUTPUT : text}` : text,
    images,
  };
}

function renderEntry(entry: ContentBlock, path: string, images: Image[], options: RenderOptions): string {
  const { type } = entry;
  if (type === "text") return entry.text;
  if (type === "image") {
    images.push(readImage(entry, path, options));
    return options.toolImages ? "" : "[image: shown below]";
  }
  if (type === "tool_reference") return `Tool loaded: ${entry.tool_name}`;
  if (type === "search_result") return renderSearchResult(entry);
  if (type === "document") return renderDocument(entry, path, images, options);
  if (type === "tool_use" || type === "tool_result" || type === "thinking") {
    throw invalidRequest(`${path}.type`, `"${type}" is not allowed in a tool result`);
  }
  return renderServerBlock(entry, path) ?? "";
}

function renderDocument(
  block: ContentBlock & { type: "document" },
  path: string,
  images: Image[],
  options: RenderOptions,
): string {
  const { source } = block;
  if (source.type === "base64") {
    options.notes.addHarmless("pdf-not-shown");
    return "[The contents of this PDF could not be delivered: this model server takes no PDFs. Extract its text with a command instead.]";
  }
  if (source.type === "text") return [documentHead(block), source.data, DOCUMENT_END].join("\n");
  if (source.type !== "content") {
    throw invalidRequest(
      `${path}.source.type`,
      `"${source.type}" documents are not supported; send the text itself`,
    );
  }
  const inner =
    typeof source.content === "string"
      ? [source.content]
      : source.content.map((entry, n) => renderEntry(entry, `${path}.source.content.${n}`, images, options));
  return [documentHead(block), ...inner, DOCUMENT_END].join("\n");
}
