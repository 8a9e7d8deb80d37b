import type { AnswerItem } from "../conformance/case.ts";
import { isRecord, listOf, recordOf } from "../conformance/path.ts";
import { renderAnswer } from "../conformance/upstream-answer/render.ts";
import type { ScriptedServer } from "../scripted/options.ts";
import type { Dialect } from "../upstream/delta.ts";

/** What the model does in a turn. */
type Turn = AnswerItem[];

const call = (name: string, args: Record<string, unknown>): AnswerItem => {
  return { call: { name, arguments: args } };
};

/** What stands in a task's prompt, and how the task of `suites/tasks.yaml` is done right, turn by turn. */
const DONE: readonly (readonly [words: string, turns: Turn[]])[] = [
  [
    "Read the file note.txt",
    [[call("Read", { file_path: "note.txt" })], [{ text: "The code word is PERIWINKLE-42." }]],
  ],
  [
    "Which files are in this folder",
    [
      [call("Bash", { command: "ls", description: "List" })],
      [{ text: "heron-17.txt, ibis-23.csv and osprey-31.md" }],
    ],
  ],
  [
    "In config.json",
    [
      [call("Read", { file_path: "config.json" })],
      [call("Edit", { file_path: "config.json", old_string: "3000", new_string: "8080" })],
      [{ text: "Done." }],
    ],
  ],
  [
    "The test in this folder fails",
    [
      [call("Bash", { command: "node --test", description: "Test" })],
      [call("Read", { file_path: "total.mjs" })],
      [
        call("Edit", {
          file_path: "total.mjs",
          old_string: "price + count",
          new_string: "price * count",
        }),
      ],
      [call("Bash", { command: "node --test", description: "Test again" })],
      [{ text: "The test passes." }],
    ],
  ],
  [
    "Read north.txt and south.txt",
    [
      [call("Read", { file_path: "north.txt" }), call("Read", { file_path: "south.txt" })],
      [{ text: "58213 and 90467" }],
    ],
  ],
  ["Read the picture", [[call("Read", { file_path: "picture.png" })], [{ text: "The number is 739." }]]],
  [
    "First read the file port.txt",
    [
      [call("Read", { file_path: "port.txt" })],
      [call("Read", { file_path: "port.md" })],
      [{ text: "The port is 48213." }],
    ],
  ],
];

/** Far more than a session makes. */
const MOST_REQUESTS = 200;

/**
 * Has a scripted server do the tasks as a capable model would, whatever folder it is in.
 * @param instead what it does in place of the right turn
 */
export function doTasks(
  server: Pick<ScriptedServer, "enqueue">,
  dialect: Dialect,
  instead: (turn: Turn, number: number) => Turn = (turn) => turn,
): void {
  for (let left = MOST_REQUESTS; left > 0; left--)
    server.enqueue(({ json }) => {
      const request = recordOf(json);
      const stream = dialect === "ollama" ? request["stream"] !== false : request["stream"] === true;
      const messages = listOf(request["messages"]).filter(isRecord);
      const number = messages.filter(({ tool_calls }) => tool_calls !== undefined).length;
      const text = JSON.stringify(messages);
      const turns = DONE.find(([words]) => text.includes(words))?.[1] ?? [];
      return renderAnswer(instead(turns[number] ?? [{ text: "Nothing." }], number), dialect, stream, "line");
    });
}
