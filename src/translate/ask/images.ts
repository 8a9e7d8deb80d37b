import { type ApiError, invalidRequest } from "../../messages/api-error.ts";
import type { ImageBlock } from "../../messages/types.ts";
import type { RenderOptions } from "./options.ts";
import type { Image } from "./turns.ts";

/** An image as both dialects take it. Throws `ApiError` 400 for a model without vision, and for sources that would have to be fetched. */
export function readImage({ source }: ImageBlock, path: string, options: RenderOptions): Image {
  if (!options.vision) throw imageUnsupported(path, options.model);
  if (source.type === "base64") return { mediaType: source.media_type, data: source.data };
  throw invalidRequest(
    `${path}.source.type`,
    `"${source.type}" images are not supported; send the image as base64`,
  );
}

/** The refusal that Claude Code answers by sending the request again with a note in place of the image. */
function imageUnsupported(path: string, model: string): ApiError {
  return invalidRequest(
    path,
    `Could not process image: the model "${model}" does not take images (capability_rejected: image_block)`,
  );
}
