import { describe, expect, test } from "vitest";
import { PIXEL, user, assistant, call, result, image, withMessages, refusal } from "../testing/requests.ts";
import { parseMessagesRequest } from "./validate.ts";

const many = (n: number): unknown => withMessages(user(Array.from({ length: n }, () => image(PIXEL))));
const png = (width: number, height: number): string => {
  const bytes = Buffer.from(PIXEL, "base64");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes.toString("base64");
};
const shown = (block: unknown): unknown => withMessages(user([block]));
const remote = (url: string): unknown => ({ type: "image", source: { type: "url", url } });

describe("images", () => {
  test.each<[name: string, block: unknown, message: RegExp]>([
    ["no source", { type: "image" }, /^messages\.0\.content\.0\.source: Field required/],
    ["http", remote("http://127.0.0.1/"), /source\.url: only https/],
    ["file:", remote("file:///etc/passwd"), /source\.url: only https/],
    ["a data: URL", remote(`data:image/png;base64,${PIXEL}`), /source\.url: only https/],
    ["no URL", remote("example.org/a.png"), /source\.url: .*valid URL/],
    ["a user name in a URL", remote("https://user@example.org/"), /source\.url: .*user name/],
    ["a URL that is none", { type: "image", source: { type: "url" } }, /source\.url: Field required/],
    ["a file", { type: "image", source: { type: "file", file_id: "f" } }, /source\.type: 'file' /],
    ["an unknown source", { type: "image", source: { type: "x" } }, /source\.type: /],
    ["svg", image(PIXEL, "image/svg+xml"), /source\.media_type: /],
    ["image/jpg", image(PIXEL, "image/jpg"), /source\.media_type: /],
    ["another type than declared", image(PIXEL, "image/jpeg"), /source\.media_type: .*image\/png/],
    ["no data", image(""), /source\.data: /],
    ["not base64", image("%%%%"), /source\.data: not base64 \(at character 0\)/],
    ["a data: prefix", image(`data:image/png;base64,${PIXEL}`), /source\.data: not base64/],
    ["line ends inside", image(`${PIXEL.slice(0, 40)}\n${PIXEL.slice(40)}`), /source\.data: not base64/],
    [
      "the url-safe alphabet",
      image(`${PIXEL.slice(0, 40)}_-_-${PIXEL.slice(40)}`),
      /source\.data: not base64/,
    ],
    ["padding in the middle", image(`AA==${PIXEL}`), /source\.data: not base64/],
    ["no padding", image(PIXEL.replaceAll("=", "")), /source\.data: not base64/],
    [
      "base64 of text",
      image(Buffer.from("hello, this is a text").toString("base64")),
      /source\.data: .*PNG, JPEG, GIF or WebP/,
    ],
    ["a cut PNG", image(PIXEL.slice(0, 60)), /source\.data: .*cut/],
    ["9000 pixels", image(png(9000, 10)), /source\.data: image is 9000x10 pixels/],
    ["no pixels", image(png(0, 10)), /source\.data: .*no pixels/],
    ["too long", image("A".repeat(10 * 1024 * 1024 + 4)), /source\.data: image exceeds/],
  ])("refuses %s", (_name, block, message) => {
    expect(refusal(shown(block)).message).toMatch(message);
  });

  test("takes an https URL", () => {
    expect(parseMessagesRequest(shown(remote("https://example.org/a.png")), "2023-06-01")).toMatchObject({
      messages: [{ content: [{ source: { type: "url" } }] }],
    });
  });

  test("names the limit of the sides for programs", () => {
    expect(refusal(shown(image(png(20_000, 20_000)))).details).toEqual({
      error_code: "image_dimensions_too_large",
      paths: ["messages.0.content.0.source.data"],
      max_side_length_pixels: 8000,
    });
  });

  test("in a tool result too", () => {
    const request = withMessages(user("a"), assistant([call("t")]), user([result("t", [image("%%%%")])]));
    expect(refusal(request).message).toMatch(/^messages\.2\.content\.0\.content\.0\.source\.data: /);
  });

  test("600 are enough", () => {
    expect(parseMessagesRequest(many(600), "2023-06-01")).toMatchObject({ model: "m" });
    expect(refusal(many(601)).message).toMatch(/^messages: 601 images/);
  });
});
