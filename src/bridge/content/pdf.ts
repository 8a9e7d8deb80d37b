import { loadCanvas } from "./canvas.ts";

export interface PdfPage {
  /** Empty for a page that is a picture, or blank. */
  text: string;
  /** PNG in base64; null when the page was not drawn. */
  picture: string | null;
}

/** A PDF that cannot be read; the words are those clients know from the API. */
export class PdfProblem extends Error {
  override readonly name = "PdfProblem" as const;
}

/** Source: https://docs.anthropic.com/en/docs/build-with-claude/pdf-support */
const MAX_PAGES = 600;
/** Drawn pages cost a picture's tokens each: a longer document is drawn only where it has no text. */
const MAX_DRAWN_WITH_TEXT = 10;
const MAX_DRAWN = 100;
/** Pixels of a drawn page's longer side. */
const DRAWN_SIDE = 1100;

/**
 * The pages of a PDF as text and, when `draw` is set and the drawing package is there, as pictures.
 * The text depends on the bytes alone. Throws PdfProblem for what is no PDF, is locked, is empty or is too long.
 */
export async function readPdf(bytes: Uint8Array, draw: boolean): Promise<PdfPage[]> {
  const { extractText, getDocumentProxy } = await import("unpdf");
  const pdf = await getDocumentProxy(Uint8Array.from(bytes), { verbosity: 0 }).catch(explain);
  try {
    if (pdf.numPages === 0) throw new PdfProblem("The PDF specified was not valid: it has no pages.");
    if (pdf.numPages > MAX_PAGES)
      throw new PdfProblem(
        `A maximum of ${MAX_PAGES} PDF pages may be provided; this one has ${pdf.numPages}.`,
      );
    const { text } = await extractText(pdf, { mergePages: false }).catch(explain);
    const pages = text.map((page): PdfPage => ({ text: page.trim(), picture: null }));
    if (draw) await drawPages(pdf, pages);
    return pages;
  } finally {
    await pdf.loadingTask.destroy();
  }
}

type PdfDocument = Awaited<ReturnType<typeof import("unpdf").getDocumentProxy>>;

async function drawPages(pdf: PdfDocument, pages: PdfPage[]): Promise<void> {
  const canvas = await loadCanvas();
  if (canvas === null) return;
  const { renderPageAsImage } = await import("unpdf");
  const wanted = pages.filter(({ text }) => pages.length <= MAX_DRAWN_WITH_TEXT || text === "");
  if (wanted.length > MAX_DRAWN)
    throw new PdfProblem(`A maximum of ${MAX_DRAWN} PDF pages without text may be provided.`);
  for (const page of wanted) {
    const number = pages.indexOf(page) + 1;
    const { width, height } = (await pdf.getPage(number)).getViewport({ scale: 1 });
    const drawn = await renderPageAsImage(pdf, number, {
      canvasImport: () => Promise.resolve(canvas),
      scale: DRAWN_SIDE / Math.max(width, height, 1),
    }).catch(explain);
    page.picture = Buffer.from(drawn).toString("base64");
  }
}

function explain(error: unknown): never {
  const name = error instanceof Error ? error.name : "";
  throw new PdfProblem(
    name === "PasswordException"
      ? "The PDF specified is password protected."
      : "The PDF specified was not valid.",
    { cause: error },
  );
}
