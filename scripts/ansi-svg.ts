/** The palette of the terminal in the picture: SGR code → colour. */
const COLOURS: Readonly<Record<number, string>> = {
  30: "#484f58",
  31: "#ff7b72",
  32: "#3fb950",
  33: "#d29922",
  34: "#58a6ff",
  35: "#bc8cff",
  36: "#39c5cf",
  37: "#b1bac4",
  90: "#8b949e",
  91: "#ffa198",
  92: "#56d364",
  93: "#e3b341",
  94: "#79c0ff",
  95: "#d2a8ff",
  96: "#56d4dd",
  97: "#f0f6fc",
};
const ESCAPE = "\u001b";
const SGR = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`);
const INK = "#e6edf3";
const PAPER = "#0d1117";

/** Pixels. */
const CELL = { width: 8.43, height: 19 };
const PADDING = 16;
const FONT = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

interface Pen {
  colour: string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  inverse: boolean;
}

const PLAIN: Pen = {
  colour: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
};

/** What each SGR code changes; colours are in `COLOURS`. */
const CHANGES: Readonly<Record<number, Partial<Pen>>> = {
  0: PLAIN,
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  39: { colour: null },
};

interface Span {
  /** First column, from 0. */
  column: number;
  text: string;
  pen: Pen;
}

/**
 * An SVG picture of what a terminal would show for `text`: SGR colours and styles are drawn, any
 * other escape sequence is an error, since the picture would lie.
 */
export function ansiToSvg(text: string, prompt: string): string {
  const lines = [`\u001b[90m$\u001b[39m \u001b[1m${prompt}\u001b[22m`, "", ...text.trimEnd().split("\n")];
  let pen = PLAIN;
  const rows = lines.map((line) => {
    const [spans, last] = spansOf(line, pen);
    pen = last;
    return spans;
  });
  const columns = Math.max(...rows.map((spans) => Math.max(0, ...spans.map(endOf))));
  const width = Math.ceil(columns * CELL.width + 2 * PADDING);
  const height = rows.length * CELL.height + 2 * PADDING;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(prompt)}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${PAPER}"/>`,
    `<g font-family="${FONT}" font-size="14" fill="${INK}">`,
    ...rows.flatMap((spans, row) => spans.map((span) => drawn(span, row))),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function spansOf(line: string, start: Pen): [spans: Span[], pen: Pen] {
  const spans: Span[] = [];
  let pen = start;
  let column = 0;
  for (const piece of line.split(SGR)) {
    if (piece.startsWith(`${ESCAPE}[`)) {
      for (const code of piece.slice(2, -1).split(";")) pen = changed(pen, Number(code));
    } else if (piece !== "") {
      if (piece.includes(ESCAPE)) throw new Error(`not a colour: ${JSON.stringify(piece)}`);
      spans.push({ column, text: piece, pen });
      column += cellsOf(piece);
    }
  }
  return [spans, pen];
}

function changed(pen: Pen, code: number): Pen {
  const colour = COLOURS[code];
  if (colour !== undefined) return { ...pen, colour };
  const change = CHANGES[code];
  if (change === undefined) throw new Error(`SGR ${code} is not drawn`);
  return { ...pen, ...change };
}

/** Terminal cells: two for the wide East Asian characters and emoji. */
function cellsOf(text: string): number {
  let cells = 0;
  for (const { segment } of new Intl.Segmenter().segment(text))
    cells +=
      /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/u.test(
        segment,
      )
        ? 2
        : 1;
  return cells;
}

function endOf(span: Span): number {
  return span.column + cellsOf(span.text);
}

function drawn({ column, text, pen }: Span, row: number): string {
  const ink = pen.colour ?? INK;
  const style = [
    `fill="${pen.inverse ? PAPER : ink}"`,
    pen.bold ? 'font-weight="bold"' : "",
    pen.dim ? 'opacity="0.65"' : "",
    pen.italic ? 'font-style="italic"' : "",
    pen.underline ? 'text-decoration="underline"' : "",
  ].filter((attribute) => attribute !== "");
  const [x, y] = [PADDING + column * CELL.width, PADDING + row * CELL.height];
  const behind = `<rect x="${pixels(x)}" y="${y}" width="${pixels(cellsOf(text) * CELL.width)}" height="${CELL.height}" fill="${ink}"/>`;
  return (pen.inverse ? behind : "") + words(text, x, y + 14, style.join(" "));
}

/**
 * Words without their margins, which SVG would trim. Their length is given, so that a reader's own
 * monospace font cannot shift the columns.
 */
function words(text: string, x: number, y: number, style: string): string {
  return [...text.matchAll(/\S+(?: \S+)*/g)]
    .map(({ 0: word, index }) => {
      const left = x + cellsOf(text.slice(0, index)) * CELL.width;
      const length = pixels(cellsOf(word) * CELL.width);
      const place = `x="${pixels(left)}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs"`;
      return `<text ${place} ${style}>${escape(word)}</text>`;
    })
    .join("");
}

function pixels(length: number): string {
  return length.toFixed(2);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
