import { ApiError, invalidRequest } from "./api-error.ts";
import { at, echo, type Fields, requireFields, requireOneOf, requireString, requireText } from "./check.ts";
import { type ImageHeader, readImageHeader } from "./image-header.ts";

/**
 * Limits of one image. Source: https://docs.anthropic.com/en/docs/build-with-claude/vision
 * The first is in characters of base64, the second in pixels.
 */
const MAX_IMAGE_LENGTH = 10 * 1024 * 1024;
const MAX_IMAGE_SIDE = 8000;

const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;

/** Enough base64 for the header of nearly every image; a longer head is read only when it must be. */
const HEAD_LENGTH = 16 * 1024;

/** The source of an `image` block: base64 of a whole PNG, JPEG, GIF or WebP, or an https URL. */
export function checkImageSource(block: Fields, path: string): void {
  const source = requireFields(block["source"], at(path, "source"));
  const sourcePath = at(path, "source");
  refuseFile(source, sourcePath);
  const type = requireOneOf(source["type"], at(sourcePath, "type"), ["base64", "url"]);
  if (type === "url") return checkUrl(source["url"], at(sourcePath, "url"));
  const mediaType = requireOneOf(source["media_type"], at(sourcePath, "media_type"), IMAGE_TYPES);
  const data = requireBase64(source["data"], at(sourcePath, "data"));
  if (data.length > MAX_IMAGE_LENGTH) {
    throw invalidRequest(at(sourcePath, "data"), `image exceeds ${MAX_IMAGE_LENGTH} characters of base64`);
  }
  checkImage(data, mediaType, sourcePath);
}

/** The source of a `document` block: plain text, content blocks, or a PDF in base64 or at an https URL. */
export function checkDocumentSource(
  block: Fields,
  path: string,
  checkContent: (content: unknown, path: string) => void,
): void {
  const source = requireFields(block["source"], at(path, "source"));
  const sourcePath = at(path, "source");
  refuseFile(source, sourcePath);
  const type = requireOneOf(source["type"], at(sourcePath, "type"), ["text", "content", "base64", "url"]);
  if (type === "url") {
    checkUrl(source["url"], at(sourcePath, "url"));
  } else if (type === "content") {
    checkContent(source["content"], at(sourcePath, "content"));
  } else if (type === "text") {
    requireString(source["data"], at(sourcePath, "data"));
  } else {
    requireOneOf(source["media_type"], at(sourcePath, "media_type"), ["application/pdf"]);
    requireBase64(source["data"], at(sourcePath, "data"));
  }
}

/** There is no Files API here. */
function refuseFile(source: Fields, path: string): void {
  if (source["type"] !== "file") return;
  throw invalidRequest(
    at(path, "type"),
    "'file' sources are not supported here; send the data itself as a 'base64' source",
  );
}

/** What can be told of an address by looking at it; where it leads is judged when it is read. */
function checkUrl(value: unknown, path: string): void {
  const url = URL.parse(requireText(value, path));
  if (url === null) throw invalidRequest(path, "Input should be a valid URL");
  if (url.protocol !== "https:") throw invalidRequest(path, "only https URLs are supported");
  if (url.username !== "" || url.password !== "")
    throw invalidRequest(path, "URLs with a user name or a password are not supported");
}

function requireBase64(value: unknown, path: string): string {
  const data = requireText(value, path);
  const end = data.endsWith("==") ? data.length - 2 : data.endsWith("=") ? data.length - 1 : data.length;
  const bad = data.search(/[^A-Za-z0-9+/=]/);
  const early = data.indexOf("=");
  if (bad === -1 && (early === -1 || early === end) && data.length % 4 === 0) return data;
  throw invalidRequest(
    path,
    `not base64${bad === -1 ? "" : ` (at character ${bad})`}: use the standard alphabet, with padding, without blanks or a data: prefix`,
  );
}

function checkImage(data: string, declared: string, path: string): void {
  const dataPath = at(path, "data");
  const header = headerOf(data);
  if (header === undefined) {
    throw invalidRequest(dataPath, "the bytes are not a complete PNG, JPEG, GIF or WebP image");
  }
  if (header.mediaType !== declared) {
    throw invalidRequest(
      at(path, "media_type"),
      `declared ${echo(declared)}, but the bytes are ${header.mediaType}`,
    );
  }
  if (header.mediaType === "image/png" && !endsLikePng(data)) {
    throw invalidRequest(dataPath, "the PNG image is cut: its end chunk is missing");
  }
  checkSides(header, dataPath);
}

function headerOf(data: string): ImageHeader | undefined {
  return (
    readImageHeader(Buffer.from(data.slice(0, HEAD_LENGTH), "base64")) ??
    (data.length > HEAD_LENGTH ? readImageHeader(Buffer.from(data, "base64")) : undefined)
  );
}

/** The last chunk is IEND; some writers leave a few bytes behind it. */
function endsLikePng(data: string): boolean {
  const tail = data.slice(-(HEAD_LENGTH - (HEAD_LENGTH % 4)));
  return Buffer.from(tail, "base64").includes("IEND");
}

function checkSides({ width, height }: ImageHeader, path: string): void {
  if (width < 1 || height < 1) throw invalidRequest(path, "the image has no pixels");
  if (Math.max(width, height) <= MAX_IMAGE_SIDE) return;
  throw new ApiError(
    "invalid_request_error",
    `${path}: image is ${width}x${height} pixels; neither side may exceed ${MAX_IMAGE_SIDE}`,
    {
      details: {
        error_code: "image_dimensions_too_large",
        paths: [path],
        max_side_length_pixels: MAX_IMAGE_SIDE,
      },
    },
  );
}
