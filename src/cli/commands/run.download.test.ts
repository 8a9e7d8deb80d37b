import { expect, test } from "vitest";
import { barLine, downloadBar } from "./run.download.ts";

const MODEL = { what: "model", name: "m:1b" } as const;

test.each([
  [{ ...MODEL, status: "pulling manifest", completed: 0, total: 0 }, "m:1b: pulling manifest"],
  [
    { ...MODEL, status: "pulling", completed: 5e8, total: 2e9 },
    "m:1b [######------------------] 25% of 2.0 GB, pulling",
  ],
])("%j", (progress, line) => {
  expect(barLine(progress)).toBe(line);
});

test("elsewhere than on a terminal: a line at each tenth, and the end", () => {
  const lines: string[] = [];
  const show = downloadBar({ write: (line: string) => lines.push(line) > 0 });
  for (let done = 0; done <= 100; done++) show({ ...MODEL, status: "pulling", completed: done, total: 100 });
  show({ ...MODEL, status: "success", completed: 100, total: 100 });
  expect(lines).toHaveLength(12);
});

test("on a terminal: one line, written again", () => {
  const lines: string[] = [];
  const show = downloadBar({ write: (line: string) => lines.push(line) > 0, isTTY: true, columns: 40 });
  show({ ...MODEL, status: "pulling", completed: 1, total: 2 });
  expect(lines).toEqual(["\r\u001b[Km:1b [############------------] 50% of "]);
});
