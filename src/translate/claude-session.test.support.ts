import type { ContentBlock, Message, MessagesRequest } from "../messages/types.ts";
import { BASH, image, textBlock, toolResult, toolUse } from "./requests.test.support.ts";
import { signReasoning } from "./signature.ts";

/** The turn in which a deferred tool is loaded. */
export const LOADING_TURN = 5;

const MARKER = { cache_control: { type: "ephemeral" } };
const TOOLS = [
  BASH,
  { ...BASH, name: "Read" },
  { ...BASH, name: "ToolSearch" },
  { ...BASH, name: "Late", defer_loading: true },
];

const thinking = (text: string): ContentBlock => ({
  type: "thinking",
  thinking: "",
  signature: signReasoning({ model: "m", text }),
});

function results(...blocks: ContentBlock[]): Message {
  return { role: "user", content: blocks };
}

/** What the model said in a turn, and what its tools answered. Each kind of turn comes again and again. */
function turn(n: number): Message[] {
  const [a, b] = [`toolu_${n}a`, `toolu_${n}b`];
  const answer = (...blocks: ContentBlock[]): Message => ({
    role: "assistant",
    content: [thinking(`thought ${n}`), ...blocks],
  });
  if (n === LOADING_TURN) {
    return [
      answer(toolUse(a, "ToolSearch", { query: "late" })),
      results(toolResult(a, [{ type: "tool_reference", tool_name: "Late" }])),
    ];
  }
  switch (n % 5) {
    case 1:
      return [
        answer(textBlock(`I look ${n}.`), toolUse(a, "Bash", { command: `ls ${n}` }), toolUse(b, "Read")),
        results(toolResult(b, "not there", { is_error: true }), toolResult(a, [textBlock(`files ${n}`)])),
      ];
    case 2:
      return [
        answer(toolUse(a, "Read")),
        results(toolResult(a, [image])),
        { role: "system", content: `note ${n}` },
      ];
    case 3:
      return [answer(textBlock(`Done ${n}.`)), results(textBlock(`and ${n}?`))];
    case 4:
      return [
        answer(toolUse(a, "Bash", { command: "true" })),
        results(toolResult(a, ""), textBlock(`go on ${n}`)),
      ];
    default:
      return [
        answer(textBlock(`So ${n}.`)),
        results(textBlock(`<system-reminder>${n}</system-reminder>`), textBlock("ok")),
      ];
  }
}

/** What the client does to messages that are no longer last: one text becomes a string, markers go. */
function settled(message: Message): Message {
  const [only, ...others] = typeof message.content === "string" ? [] : message.content;
  return only?.type === "text" && others.length === 0 ? { ...message, content: only.text } : message;
}

function marked(message: Message): Message {
  const blocks = typeof message.content === "string" ? [textBlock(message.content)] : message.content;
  return {
    ...message,
    content: blocks.map((block, n) => (n === blocks.length - 1 ? Object.assign({}, block, MARKER) : block)),
  };
}

/**
 * The requests of a session as Claude Code makes it: system messages, results out of order, a failed
 * call, images, kept thinking, a tool loaded on the way; the attribution and the place of the cache
 * markers change with each request, and one text stands as a list or as a string.
 */
export function claudeSession(turns: number): Partial<MessagesRequest>[] {
  const history: Message[] = [
    { role: "user", content: [textBlock("<system-reminder>git</system-reminder>"), textBlock("Begin.")] },
    { role: "system", content: [textBlock("environment")] },
  ];
  return Array.from({ length: turns }, (_, n) => {
    if (n > 0) history.push(...turn(n));
    const messages = history.map((message, at) =>
      at === history.length - 1 ? marked(message) : settled(message),
    );
    const system = [
      { type: "text" as const, text: `x-anthropic-billing-header: cc_version=9.1; cch=${n};` },
      { type: "text" as const, text: "You are an agent.", ...MARKER },
      { type: "text" as const, text: "Work in /project.", ...(n % 2 === 0 && MARKER) },
    ];
    const edits = [{ type: "clear_thinking_20251015", keep: "all" }];
    return { system, messages, tools: TOOLS, context_management: { edits } };
  });
}
