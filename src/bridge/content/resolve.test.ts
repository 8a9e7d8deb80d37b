import { readFileSync } from "node:fs";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { expect, test, describe } from "vitest";
import type { ContentBlock, MessagesRequest } from "../../messages/types.ts";
import { readImageHeader } from "../../messages/image-header.ts";
import { makePdf } from "../../testing/pdf.ts";
import { ContentResolver, type FetchSource, type ResolveOptions } from "./resolve.ts";

const file = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url)).toString("base64");
const base64 = (media_type: string, data: string): { type: "base64"; media_type: string; data: string } => ({
  type: "base64",
  media_type,
  data,
});
const pdf = (data: string, fields: object = {}): ContentBlock => ({
  type: "document",
  source: base64("application/pdf", data),
  ...fields,
});
const image = (type: string, name: string): ContentBlock => ({
  type: "image",
  source: base64(type, file(name)),
});
const text = (words: string): ContentBlock => ({ type: "text", text: words });
const result = (content: ContentBlock[]): ContentBlock => ({
  type: "tool_result",
  tool_use_id: "a",
  content,
});

const noFetch: FetchSource = () => Promise.reject(new Error("nothing may be fetched"));
const OPTIONS: ResolveOptions = { vision: false, webp: true, signal: new AbortController().signal };

async function resolved(
  blocks: ContentBlock[],
  options: Partial<ResolveOptions> = {},
  fetch: FetchSource = noFetch,
): Promise<ContentBlock[]> {
  const request: MessagesRequest = {
    model: "m",
    max_tokens: 1,
    messages: [{ role: "user", content: blocks }],
  };
  const { messages } = await new ContentResolver(fetch).resolve(request, { ...OPTIONS, ...options });
  return messages[0]?.content as ContentBlock[];
}

const content = (block: ContentBlock | undefined): unknown =>
  block?.type === "document" && block.source.type === "content" ? block.source.content : undefined;

describe("a PDF", () => {
  test("becomes the text of its pages, in order; title and context stay", async () => {
    const [block] = await resolved([pdf(file("pdf/two-pages.pdf"), { title: "T", context: "C" })]);
    expect(block).toMatchObject({ type: "document", title: "T", context: "C" });
    expect(content(block)).toEqual([
      text("[page 1 of 2]\nThe first page.\nIt has two lines (really)."),
      text("[page 2 of 2]\nThe needle is PERIWINKLE-42."),
    ]);
  });

  test("has pictures of its pages for a model that sees", async () => {
    const [block] = await resolved([pdf(file("pdf/two-pages.pdf"))], { vision: true });
    const blocks = content(block) as ContentBlock[];
    expect(blocks.map(({ type }) => type)).toEqual(["text", "image", "text", "image"]);
    const source = (blocks[1] as { source: { data: string; media_type: string } }).source;
    expect(source.media_type).toBe("image/png");
    const header = readImageHeader(Buffer.from(source.data, "base64"));
    expect(header).toMatchObject({ mediaType: "image/png", width: 1100 });
  });

  test("of pictures only is shown to a model that sees", async () => {
    const [block] = await resolved([pdf(file("pdf/scanned.pdf"))], { vision: true });
    expect(content(block)).toEqual([
      text("[page 1 of 1]"),
      { type: "image", source: base64("image/png", expect.stringMatching(/^iVBOR/)) },
    ]);
    const drawn = (content(block) as { source: { data: string } }[])[1]?.source.data ?? "";
    const picture = await loadImage(Buffer.from(drawn, "base64"));
    const sheet = createCanvas(picture.width, picture.height).getContext("2d");
    sheet.drawImage(picture, 0, 0);
    const shades = new Set(sheet.getImageData(0, 0, picture.width, picture.height).data);
    expect(shades.has(0), "the black pixels of the picture").toBe(true);
  });

  test("with a page that cannot be shown says so", async () => {
    const data = Buffer.from(makePdf([{ lines: ["one"] }, { picture: true }])).toString("base64");
    const [block] = await resolved([pdf(data)]);
    expect(content(block)).toEqual([
      text("[page 1 of 2]\none"),
      text("[page 2 of 2]\n(no text; a picture cannot be shown here)"),
    ]);
  });

  test("is drawn only where it has no text when it is long", async () => {
    const pages = [
      ...Array.from({ length: 10 }, (_, n) => ({ lines: [`p${n}`] })),
      { picture: true } as const,
    ];
    const [block] = await resolved([pdf(Buffer.from(makePdf(pages)).toString("base64"))], { vision: true });
    const drawn = (content(block) as ContentBlock[]).filter(({ type }) => type === "image");
    expect(drawn).toHaveLength(1);
  });

  const long = Buffer.from(makePdf(Array.from({ length: 601 }, () => ({ blank: true })))).toString("base64");
  test.each<[name: string, data: string, why: RegExp]>([
    ["encrypted", file("pdf/encrypted.pdf"), /password protected/],
    ["cut", file("pdf/cut.pdf"), /not valid/],
    ["without pages", file("pdf/no-pages.pdf"), /no pages/],
    ["that is none", Buffer.from("hello").toString("base64"), /not valid/],
    ["of 601 pages", long, /maximum of 600 PDF pages/],
    ["of pictures only, for a model that does not see,", file("pdf/scanned.pdf"), /only pictures/],
  ])("%s is refused, and in a tool result the model is told", async (_name, data, why) => {
    const refused = resolved([pdf(data)]);
    await expect(refused).rejects.toMatchObject({ status: 400 });
    await expect(refused).rejects.toThrow(/^messages\.0\.content\.0\.source: .*document_block/);
    await expect(refused).rejects.toThrow(why);
    const [told] = await resolved([result([text("PDF file read"), pdf(data)])]);
    const inner = (told as { content: ContentBlock[] }).content;
    expect(inner[0]).toEqual(text("PDF file read"));
    expect(content(inner[1])).toEqual([text(expect.stringMatching(why) as string)]);
  });

  test("in a tool result is read", async () => {
    const [block] = await resolved([result([text("PDF file read"), pdf(file("pdf/two-pages.pdf"))])]);
    const inner = (block as { content: ContentBlock[] }).content;
    expect(JSON.stringify(content(inner[1]))).toContain("PERIWINKLE-42");
  });

  test("comes out the same each time", async () => {
    const once = await resolved([pdf(file("pdf/two-pages.pdf"))], { vision: true });
    expect(await resolved([pdf(file("pdf/two-pages.pdf"))], { vision: true })).toEqual(once);
  });
});

describe("an image", () => {
  test.each<[name: string, block: ContentBlock, options: Partial<ResolveOptions>]>([
    ["WebP", image("image/webp", "images/pixel.webp"), { vision: true }],
    ["PNG", image("image/png", "images/pixel.png"), { vision: true }],
    ["GIF for a blind model", image("image/gif", "images/pixel.gif"), {}],
  ])("stays as it is: %s", async (_name, block, options) => {
    expect(await resolved([block], options)).toEqual([block]);
  });

  test.each<[name: string, block: ContentBlock, options: Partial<ResolveOptions>]>([
    ["GIF", image("image/gif", "images/pixel.gif"), { vision: true }],
    ["WebP for a server without", image("image/webp", "images/pixel.webp"), { vision: true, webp: false }],
  ])("becomes a PNG: %s", async (_name, block, options) => {
    const [after] = await resolved([block], options);
    expect(after).toMatchObject({ type: "image", source: { media_type: "image/png" } });
    const { data } = (after as { source: { data: string } }).source;
    expect(readImageHeader(Buffer.from(data, "base64"))).toMatchObject({ mediaType: "image/png" });
  });

  test("that cannot be decoded is refused with its path", async () => {
    const broken = Buffer.concat([Buffer.from("GIF89a"), Buffer.from([9, 0, 9, 0])]).toString("base64");
    const block: ContentBlock = { type: "image", source: base64("image/gif", broken) };
    const refused = resolved([text("a"), result([block])], { vision: true });
    await expect(refused).rejects.toThrow(/^messages\.0\.content\.1\.content\.0\.source: .*decoded/);
  });

  test("with too many pixels to convert is refused before it is unpacked", async () => {
    const bomb = Buffer.concat([Buffer.from("GIF89a"), Buffer.from([0x40, 0x1f, 0x40, 0x1f])]);
    const block: ContentBlock = { type: "image", source: base64("image/gif", bomb.toString("base64")) };
    await expect(resolved([block], { vision: true })).rejects.toThrow(/8000x8000 pixels/);
  });

  test("at a URL is fetched once, in every place it stands in", async () => {
    const asked: string[] = [];
    const fetch: FetchSource = (url, path, kind) => {
      asked.push(`${kind} ${url} ${path}`);
      return Promise.resolve(base64("image/png", file("images/pixel.png")));
    };
    const remote: ContentBlock = { type: "image", source: { type: "url", url: "https://example.org/a.png" } };
    const blocks = await resolved([remote, result([remote])], { vision: true }, fetch);
    expect(asked).toEqual(["image https://example.org/a.png messages.0.content.0.source"]);
    expect(blocks).toEqual([
      image("image/png", "images/pixel.png"),
      result([image("image/png", "images/pixel.png")]),
    ]);
  });

  test("at a URL is not fetched for a model that does not see", async () => {
    const remote: ContentBlock = { type: "image", source: { type: "url", url: "https://example.org/a.png" } };
    expect(await resolved([remote])).toEqual([remote]);
  });
});

test("a PDF at a URL is fetched and read", async () => {
  const fetch: FetchSource = () => Promise.resolve(base64("application/pdf", file("pdf/two-pages.pdf")));
  const remote: ContentBlock = {
    type: "document",
    source: { type: "url", url: "https://example.org/a.pdf" },
  };
  const [block] = await resolved([remote], {}, fetch);
  expect(JSON.stringify(content(block))).toContain("PERIWINKLE-42");
});

test("a request with nothing to read stays the very same", async () => {
  const request: MessagesRequest = {
    model: "m",
    max_tokens: 1,
    messages: [{ role: "user", content: [text("a"), image("image/png", "images/pixel.png")] }],
  };
  expect(await new ContentResolver(noFetch).resolve(request, { ...OPTIONS, vision: true })).toBe(request);
});

test.each<[name: string, made: Uint8Array]>([
  [
    "two-pages",
    makePdf([
      { lines: ["The first page.", "It has two lines (really)."] },
      { lines: ["The needle is PERIWINKLE-42."] },
    ]),
  ],
  ["scanned", makePdf([{ picture: true }])],
  ["encrypted", makePdf([{ lines: ["secret"] }], { encrypted: true })],
  ["no-pages", makePdf([])],
])("the fixture %s is what the builder makes", (name, made) => {
  expect(file(`pdf/${name}.pdf`)).toBe(Buffer.from(made).toString("base64"));
});
