import { expect, test } from "vitest";
import { containerFailure } from "./failure.ts";
import type { Ending } from "./watch-container.ts";

const died = (exitCode: number, outOfMemory = false): Ending => ({
  what: "container",
  exitCode,
  outOfMemory,
});

test.each<[text: string, ending: Ending | undefined, code: string, message: RegExp]>([
  ["bind: address already in use", undefined, "backend-container", /port on 127\.0\.0\.1 is taken/],
  ["port is already allocated", undefined, "backend-container", /port on 127\.0\.0\.1 is taken/],
  ["write /x: no space left on device", undefined, "backend-container", /disk is full.*docker system prune/],
  ['exec: "/x": stat /x: no such file', undefined, "backend-image", /is it an image of Ollama/],
  [
    "message not received after 9ms",
    undefined,
    "backend-container",
    /not ready after 7 s; its last lines: a \| b/,
  ],
  ["message not received after 9ms", died(137), "backend-container", /not ready after 7 s/],
  ["connect ENOENT /x.sock", undefined, "backend-engine", /the container engine went away/],
  ["Log stream ended", died(3), "backend-container", /exit code 3; its last lines: a \| b/],
  ["Log stream ended", died(137, true), "backend-container", /want of memory/],
  ["Log stream ended", { what: "engine" }, "backend-engine", /the container engine went away/],
  ["who knows", undefined, "backend-container", /could not be started \(who knows\); its last lines/],
])("%s, %j: %s", (text, ending, code, message) => {
  const about = { image: "i", lines: ["a", "b"], ending, patience: 7 };
  expect(containerFailure(new Error(text), about)).toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});
