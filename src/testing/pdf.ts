import { deflateSync } from "node:zlib";

/** A page with lines of text, one that is a picture only, or an empty one. */
export type PdfPage = { lines: string[] } | { picture: true } | { blank: true };

export interface PdfOptions {
  /** Asks for a password that nobody has. */
  encrypted?: boolean;
  /** Its pages are compressed, as in most files. */
  compressed?: boolean;
}

/** A small PDF 1.4 file, byte for byte the same each time. Text is Latin, in Helvetica. */
export function makePdf(pages: readonly PdfPage[], options: PdfOptions = {}): Uint8Array {
  const objects: Buffer[] = [];
  const add = (body: string | Buffer): number =>
    objects.push(typeof body === "string" ? Buffer.from(body, "latin1") : body);
  add("<< /Type /Catalog /Pages 2 0 R >>");
  const tree = add("");
  const font = add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  const picture = add(grayPicture());
  const kids = pages.map((page) => {
    const plain = Buffer.from(pageContent(page), "latin1");
    const packed = options.compressed === true;
    const content = add(stream(packed ? "/Filter /FlateDecode" : "", packed ? deflateSync(plain) : plain));
    const resources = `<< /Font << /F ${font} 0 R >> /XObject << /I ${picture} 0 R >> >>`;
    return add(
      `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 300 200] /Resources ${resources} /Contents ${content} 0 R >>`,
    );
  });
  objects[tree - 1] = Buffer.from(
    `<< /Type /Pages /Kids [${kids.map((kid) => `${kid} 0 R`).join(" ")}] /Count ${kids.length} >>`,
  );
  const secret = "55".repeat(32);
  const encryption = options.encrypted
    ? add(`<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <${secret}> /U <${secret}> >>`)
    : 0;
  return assemble(
    objects,
    options.encrypted ? ` /Encrypt ${encryption} 0 R /ID [<${secret}> <${secret}>]` : "",
  );
}

function pageContent(page: PdfPage): string {
  if ("picture" in page) return "q 200 0 0 100 50 50 cm /I Do Q";
  if ("blank" in page) return "";
  const lines = page.lines.map((line) => `(${line.replace(/[\\()]/g, "\\$&")}) Tj T*`);
  return `BT /F 12 Tf 14 TL 20 170 Td ${lines.join(" ")} ET`;
}

function grayPicture(): Buffer {
  const pixels = deflateSync(Buffer.from([0, 255, 255, 0]));
  const head =
    "/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8";
  return stream(`${head} /Filter /FlateDecode `, pixels);
}

function stream(entries: string, bytes: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`<< ${entries}/Length ${bytes.length} >>\nstream\n`),
    bytes,
    Buffer.from("\nendstream"),
  ]);
}

function assemble(objects: readonly Buffer[], trailer: string): Uint8Array {
  const parts = [Buffer.from("%PDF-1.4\n")];
  const offsets: number[] = [];
  let size = parts[0]?.length ?? 0;
  const push = (part: Buffer): void => {
    parts.push(Buffer.from(part));
    size += part.length;
  };
  objects.forEach((body, n) => {
    offsets.push(size);
    push(Buffer.concat([Buffer.from(`${n + 1} 0 obj\n`), body, Buffer.from("\nendobj\n")]));
  });
  const start = size;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`);
  push(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows.join("")}`));
  push(
    Buffer.from(
      `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R${trailer} >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  );
  return new Uint8Array(Buffer.concat(parts));
}
