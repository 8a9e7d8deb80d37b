import { createHash } from "node:crypto";
import { invalidRequest } from "../../messages/api-error.ts";
import type {
  BlockSource,
  ContentBlock,
  DocumentBlock,
  ImageBlock,
  Message,
  MessagesRequest,
} from "../../messages/types.ts";
import { convertToPng } from "./convert-image.ts";
import { Memo } from "./memo.ts";
import { pdfBlocks } from "./pdf-blocks.ts";
import { type PdfPage, PdfProblem, readPdf } from "./pdf.ts";

export interface ResolveOptions {
  /** The model sees pictures: pages are drawn, images converted. */
  vision: boolean;
  /** The model server reads WebP. */
  webp: boolean;
  signal: AbortSignal;
}

type Base64Source = Extract<BlockSource, { type: "base64" }>;

/** Reads a public address into base64; `kind` says what is expected there. Throws ApiError 400. */
export type FetchSource = (
  url: string,
  path: string,
  kind: "image" | "document",
  signal: AbortSignal,
) => Promise<Base64Source>;

/**
 * Turns what needs reading before it can be translated into plain text and image blocks: PDFs,
 * pictures at a URL, and picture formats that model servers do not read. The translator itself opens
 * nothing and waits for nothing.
 */
export class ContentResolver {
  readonly #fetch: FetchSource;
  readonly #pdfs = new Memo<PdfPage[]>(16);
  readonly #pictures = new Memo<{ png: string } | { problem: string }>(16);
  readonly #remote = new Memo<Base64Source>(16);

  constructor(fetch: FetchSource) {
    this.#fetch = fetch;
  }

  /** Whether anything in a request has to be read before it can be translated. */
  isNeeded(request: MessagesRequest, options: Pick<ResolveOptions, "webp">): boolean {
    return request.messages.some(({ content }) => isNeedy(content, options));
  }

  /** The same request when there is nothing to do. Throws ApiError 400 with the path of what cannot be read. */
  async resolve(request: MessagesRequest, options: ResolveOptions): Promise<MessagesRequest> {
    if (!this.isNeeded(request, options)) return request;
    const messages: Message[] = [];
    for (const [n, message] of request.messages.entries()) {
      const { content } = message;
      const place = { ...options, vision: options.vision && message.role !== "assistant" };
      messages.push(
        typeof content === "string" || !isNeedy(content, options)
          ? message
          : { ...message, content: await this.#list(content, `messages.${n}.content`, place, false) },
      );
    }
    return { ...request, messages };
  }

  async #list(
    blocks: readonly ContentBlock[],
    path: string,
    options: ResolveOptions,
    inResult: boolean,
  ): Promise<ContentBlock[]> {
    const resolved: ContentBlock[] = [];
    for (const [n, block] of blocks.entries()) {
      resolved.push(await this.#block(block, `${path}.${n}`, options, inResult));
    }
    return resolved;
  }

  async #block(
    block: ContentBlock,
    path: string,
    options: ResolveOptions,
    inResult: boolean,
  ): Promise<ContentBlock> {
    if (block.type === "tool_result" && Array.isArray(block.content))
      return { ...block, content: await this.#list(block.content, `${path}.content`, options, true) };
    if (block.type === "image") return this.#image(block, `${path}.source`, options);
    if (block.type === "document") return this.#document(block, `${path}.source`, options, inResult);
    return block;
  }

  async #image(block: ImageBlock, path: string, options: ResolveOptions): Promise<ImageBlock> {
    // Without vision it is refused in any case: nothing is fetched for that.
    if (!options.vision) return block;
    const source =
      block.source.type === "url"
        ? await this.#remoteSource(block.source.url, path, "image", options)
        : block.source;
    if (!isUnread(source, options)) return { ...block, source };
    const result = await this.#pictures.get(keyOf(source.data), () => convertToPng(source.data));
    if ("problem" in result) throw invalidRequest(path, result.problem);
    return { ...block, source: { type: "base64", media_type: "image/png", data: result.png } };
  }

  async #document(
    block: DocumentBlock,
    path: string,
    options: ResolveOptions,
    inResult: boolean,
  ): Promise<DocumentBlock> {
    const given = block.source;
    if (given.type === "content" && Array.isArray(given.content)) {
      const content = await this.#list(given.content, `${path}.content`, options, inResult);
      return { ...block, source: { type: "content", content } };
    }
    const source =
      given.type === "url" ? await this.#remoteSource(given.url, path, "document", options) : given;
    if (source.type !== "base64") return { ...block, source };
    return {
      ...block,
      source: { type: "content", content: await this.#pdf(source.data, path, options, inResult) },
    };
  }

  /** A tool's PDF that cannot be read is said to the model, so that its work goes on; a user's is refused. */
  async #pdf(
    data: string,
    path: string,
    { vision }: ResolveOptions,
    inResult: boolean,
  ): Promise<ContentBlock[]> {
    let problem = "it has no text, only pictures, which this model cannot be shown";
    try {
      const bytes = Buffer.from(data, "base64");
      const pages = await this.#pdfs.get(`${vision}:${keyOf(data)}`, () => readPdf(bytes, vision));
      const blocks = pdfBlocks(pages);
      if (blocks !== null) return blocks;
    } catch (error) {
      if (!(error instanceof PdfProblem)) throw error;
      problem = error.message;
    }
    if (!inResult) throw invalidRequest(path, `${problem} (capability_rejected: document_block)`);
    return [{ type: "text", text: `[This PDF could not be read: ${problem}]` }];
  }

  #remoteSource(
    url: string,
    path: string,
    kind: "image" | "document",
    { signal }: ResolveOptions,
  ): Promise<Base64Source> {
    return this.#remote.get(`${kind}:${url}`, () => this.#fetch(url, path, kind, signal));
  }
}

/** Whether anything in it has to be read first. */
function isNeedy(content: string | readonly ContentBlock[], options: Pick<ResolveOptions, "webp">): boolean {
  if (typeof content === "string") return false;
  return content.some((block) => {
    if (block.type === "tool_result") return isNeedy(block.content ?? "", options);
    if (block.type === "image") return block.source.type === "url" || isUnread(block.source, options);
    if (block.type !== "document") return false;
    const { source } = block;
    return source.type === "content" ? isNeedy(source.content, options) : source.type !== "text";
  });
}

/** GIF is read by neither route of Ollama; WebP by most servers. */
function isUnread(source: BlockSource, { webp }: Pick<ResolveOptions, "webp">): source is Base64Source {
  if (source.type !== "base64") return false;
  return source.media_type === "image/gif" || (source.media_type === "image/webp" && !webp);
}

function keyOf(data: string): string {
  return createHash("sha256").update(data).digest("base64");
}
