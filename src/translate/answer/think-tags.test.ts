import { expect, test } from "vitest";
import { ThinkTags, type TaggedPiece } from "./think-tags.ts";

function split(pieces: string[]): { reasoning: string; text: string } {
  const tags = new ThinkTags(true);
  const found: TaggedPiece[] = [...pieces.flatMap((piece) => tags.push(piece)), ...tags.end()];
  const join = (kind: TaggedPiece["kind"]): string =>
    found.flatMap((piece) => (piece.kind === kind ? [piece.text] : [])).join("");
  return { reasoning: join("reasoning"), text: join("text") };
}

test.each<[content: string, reasoning: string, text: string]>([
  ["<think>a</think>b", "a", "b"],
  ["<think>İİİ</think>b", "İİİ", "b"],
  ["\n<think>\na\n</think>\n\nb", "a\n", "b"],
  ["<THINK>a</Think>b", "a", "b"],
  ["<think></think>b", "", "b"],
  ["<think> </think> b", "", "b"],
  ["<think>a", "a", ""],
  ["<think>a</thi", "a</thi", ""],
  ["<think>a < b</think>c", "a < b", "c"],
  ["b<think>a</think>", "", "b<think>a</think>"],
  ["`<think>` is a tag", "", "`<think>` is a tag"],
  ["<thin", "", "<thin"],
  ["<thinner>", "", "<thinner>"],
  ["  text", "", "  text"],
  ["<think>a</think>b<think>c</think>", "a", "b<think>c</think>"],
  ["a</think>b", "", "a</think>b"],
  ["</think>b", "", "b"],
  ["\n</THINK>\n\nb", "", "b"],
  ["</thi", "", "</thi"],
  ["</table>", "", "</table>"],
])("%j", (content, reasoning, text) => {
  expect(split([content])).toEqual({ reasoning, text });
  expect(split(content.split(""))).toEqual({ reasoning, text });
  const cuts = Array.from({ length: content.length }, (_, at) =>
    split([content.slice(0, at), content.slice(at)]),
  );
  expect(cuts).toEqual(cuts.map(() => ({ reasoning, text })));
});

test("off: everything is text", () => {
  expect(new ThinkTags(false).push("<think>a")).toEqual([{ kind: "text", text: "<think>a" }]);
});
