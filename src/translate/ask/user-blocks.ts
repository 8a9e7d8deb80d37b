import { invalidRequest } from "../../messages/api-error.ts";
import type { ContentBlock, DocumentBlock, ImageBlock } from "../../messages/types.ts";
import type { RenderOptions } from "./options.ts";
import { readImage } from "./images.ts";
import { DOCUMENT_END, documentHead, renderSearchResult, renderServerBlock, textPart } from "./texts.ts";
import type { Part } from "./turns.ts";

/**
 * A block of the user's own content as parts, in place and never trimmed. `options` is null inside an
 * assistant message, where images have no place. Throws `ApiError` 400 for what cannot be carried over.
 */
export function renderUserBlock(block: ContentBlock, path: string, options: RenderOptions | null): Part[] {
  const { type } = block;
  if (type === "text") return [textPart(block.text)];
  if (type === "image") return [renderImage(block, path, options)];
  if (type === "document") return renderDocument(block, path, options);
  if (type === "search_result") return [textPart(renderSearchResult(block))];
  if (type === "tool_reference") return [textPart(`Tool loaded: ${block.tool_name}`)];
  if (type === "tool_use" || type === "tool_result" || type === "thinking") {
    throw invalidRequest(`${path}.type`, `"${type}" is not allowed here`);
  }
  const text = renderServerBlock(block, path);
  return text === null ? [] : [textPart(text)];
}

function renderImage(block: ImageBlock, path: string, options: RenderOptions | null): Part {
  if (options === null)
    throw invalidRequest(`${path}.type`, "images are not supported in assistant messages");
  return { kind: "image", image: readImage(block, path, options) };
}

function renderDocument(block: DocumentBlock, path: string, options: RenderOptions | null): Part[] {
  const { source } = block;
  if (source.type === "text") return [textPart([documentHead(block), source.data, DOCUMENT_END].join("\n"))];
  if (source.type === "base64") {
    throw invalidRequest(
      `${path}.source`,
      "PDF documents are not supported by this model server; send the text as a text document (capability_rejected: document_block)",
    );
  }
  if (source.type !== "content") {
    throw invalidRequest(
      `${path}.source.type`,
      `"${source.type}" documents are not supported; send the text itself`,
    );
  }
  const inner =
    typeof source.content === "string"
      ? [textPart(source.content)]
      : source.content.flatMap((entry, n) => renderUserBlock(entry, `${path}.source.content.${n}`, options));
  return [textPart(documentHead(block)), ...inner, textPart(DOCUMENT_END)];
}
