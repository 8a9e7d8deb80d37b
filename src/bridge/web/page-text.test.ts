import { expect, test } from "vitest";
import { pageText } from "./page-text.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

test("HTML becomes text: no markup, scripts or pictures, with headings, lists, tables and links", async () => {
  const html = `<!doctype html><html><head><title> A &amp; B </title><style>p{}</style></head><body>
    <nav>menu</nav><h1>Heading</h1><p>One <b>bold</b> word.</p><script>alert(1)</script>
    <ul><li>first</li><li>second<ul><li>nested</li></ul></li></ul><img src="x" alt="picture">
    <table><tr><th>k</th><th>v</th></tr><tr><td>a</td><td>1</td></tr></table>
    <a href="https://example.com/x">a link</a></body></html>`;
  const { title, text } = await pageText(bytes(html), "text/html; charset=utf-8");
  expect(title).toBe("A & B");
  for (const part of ["Heading", "One bold word.", "first", "nested", "a link [https://example.com/x]"])
    expect(text).toContain(part);
  for (const part of ["alert", "p{}", "<", "menu", "picture"]) expect(text).not.toContain(part);
  expect(text).toMatch(/k +v\na +1/);
});

test.each([
  ["text/plain", "a < b"],
  ["application/json; charset=utf-8", '{"a":1}'],
  ["application/atom+xml", "<feed/>"],
  ["text/markdown", "# x"],
])("%s stays as it is", async (type, text) => {
  expect(await pageText(bytes(text), type)).toEqual({ title: null, text });
});

test.each(["application/pdf", "image/png", "application/octet-stream", ""])("%j is no text", async (type) => {
  await expect(pageText(bytes("x"), type)).rejects.toThrow(
    expect.objectContaining({ code: "unsupported_content_type" }),
  );
});

test.each([
  ["text/plain; charset=iso-8859-1", [0xe9], "é"],
  ["text/plain; charset=unheard-of", [0xc3, 0xa9], "é"],
  ["text/plain", [0xc3, 0xa9], "é"],
  ["text/html", [...Buffer.from('<meta charset="iso-8859-1">'), 0xe9], "é"],
  ["text/html", [...Buffer.from('<meta charset="utf-16">é')], "é"],
  ["text/plain; charset=utf-8", [0xff, 0xfe, 0xe9, 0], "é"],
  ["text/plain", [0xfe, 0xff, 0, 0xe9], "é"],
  ["text/plain", [0xef, 0xbb, 0xbf, 0xc3, 0xa9], "é"],
])("%s decodes %j", async (type, raw, text) => {
  expect((await pageText(Uint8Array.from(raw), type)).text).toBe(text);
});

test("XML names its charset in its first line", async () => {
  const xml = Uint8Array.from([...Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><a>'), 0xe9]);
  expect((await pageText(xml, "application/xml")).text).toMatch(/é$/);
});

test("markup nested too deep is left out visibly, and no fault", async () => {
  const { text } = await pageText(bytes(`<p>before</p>${"<div>".repeat(20_000)}x`), "text/html");
  expect(text).toBe("before\n\n...");
});
