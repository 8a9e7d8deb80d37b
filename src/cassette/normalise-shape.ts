/** Rules on the shape of a request body: what is dropped, put in order, or compared softly. */
export interface ShapeRule {
  id: string;
  class: "drop" | "alias" | "soft";
  why: string;
  /** Returns the changed body; what is compared softly goes into `soft`. */
  shape(body: unknown, soft: Record<string, unknown>): unknown;
}

type Json = Record<string, unknown>;

export const SHAPE_RULES: readonly ShapeRule[] = [
  drop("metadata", "/metadata", "device and session id"),
  drop("safeguards", "/safeguards", "tells folder, HOME and git state to a classifier"),
  drop("diagnostics", "/diagnostics", "ids of earlier requests"),
  drop("cache-control", "/**/cache_control", "moves with the last block, and so with the order of results"),
  drop("not-an-error", "/messages/**/is_error", "false is the same as absent", (value) => value === false),
  {
    id: "result-order",
    class: "alias",
    why: "results stand in the order in which tools finished",
    shape: (body) => withMessages(body, orderResults),
  },
  {
    id: "reminders",
    class: "soft",
    why: "the client's notes to the model depend on folder, day and machine",
    shape: softenReminders,
  },
  {
    id: "system-messages",
    class: "soft",
    why: "messages of role system hold the environment",
    shape: softenSystemMessages,
  },
  {
    id: "single-text",
    class: "alias",
    why: "a lone text block becomes a string when its message is no longer the last",
    shape: (body) => withMessages(body, (messages) => messages.map(collapse)),
  },
  soften("system", "/system", "the living system prompt"),
  soften("descriptions", "/tools/**/description", "prose about tools", (value) => typeof value === "string"),
  soften("thinking", "/thinking", "display differs between modes of the client"),
  soften("context", "/context_management", "tells the server what to clear"),
  soften("effort", "/output_config/effort", "a setting of the user"),
];

function drop(id: string, pointer: string, why: string, when?: (value: unknown) => boolean): ShapeRule {
  return {
    id,
    class: "drop",
    why,
    shape: (body) => without(body, pointer.split("/").slice(1), "", () => undefined, when),
  };
}

function soften(id: string, pointer: string, why: string, when?: (value: unknown) => boolean): ShapeRule {
  const path = pointer.split("/").slice(1);
  return {
    id,
    class: "soft",
    why,
    shape: (body, soft) => without(body, path, "", (at, value) => (soft[at] = value), when),
  };
}

/** `value` without what the pattern (`*` one level, `**` any number) points at. */
function without(
  value: unknown,
  pattern: readonly string[],
  at: string,
  taken: (pointer: string, value: unknown) => void,
  when: (value: unknown) => boolean = () => true,
): unknown {
  if (typeof value !== "object" || value === null) return value;
  const [head = "", ...rest] = pattern;
  const deeper = (key: string, item: unknown): unknown => {
    const pointer = `${at}/${key}`;
    if (head === "**") return without(item, pattern, pointer, taken, when);
    return head === "*" || head === key ? without(item, rest, pointer, taken, when) : item;
  };
  if (Array.isArray(value)) return value.map((item, index) => deeper(String(index), item));
  const last = head === "**" ? rest[0] : rest.length === 0 ? head : undefined;
  const kept = Object.entries(value).filter(([key, item]) => {
    const hit = key === last && when(item);
    if (hit) taken(`${at}/${key}`, item);
    return !hit;
  });
  return Object.fromEntries(kept.map(([key, item]) => [key, deeper(key, item)]));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withMessages(body: unknown, change: (messages: Json[]) => Json[]): unknown {
  if (!isObject(body) || !Array.isArray(body["messages"])) return body;
  return { ...body, messages: change(body["messages"].filter(isObject)) };
}

function blocksOf(message: Json | undefined): Json[] {
  const content = message?.["content"];
  return Array.isArray(content) ? content.filter(isObject) : [];
}

function orderResults(messages: Json[]): Json[] {
  return messages.map((message, index) => {
    const calls = messages.slice(0, index).findLast(({ role }) => role === "assistant");
    const order = blocksOf(calls).map(({ id }) => id);
    const blocks = blocksOf(message);
    const results = blocks
      .filter(({ type }) => type === "tool_result")
      .sort((a, b) => order.indexOf(a["tool_use_id"]) - order.indexOf(b["tool_use_id"]));
    if (results.length < 2) return message;
    return {
      ...message,
      content: blocks.map((block) => (block["type"] === "tool_result" ? (results.shift() ?? block) : block)),
    };
  });
}

function collapse(message: Json): Json {
  const content = blocksOf(message).map((block) =>
    block["type"] === "tool_result" ? collapse(block) : block,
  );
  if (!Array.isArray(message["content"])) return message;
  const [only] = content;
  const lone = content.length === 1 && only?.["type"] === "text" && Object.keys(only).length === 2;
  if (content.length === 0) return { ...message, content: "" };
  return { ...message, content: lone ? only["text"] : content };
}

const REMINDER = /\s*<system-reminder>[\s\S]*?<\/system-reminder>\s*/g;

function softenReminders(body: unknown, soft: Json): unknown {
  const taken: string[] = [];
  const clean = (text: string): string =>
    text.replaceAll(REMINDER, (span) => {
      taken.push(span.trim());
      return "";
    });
  const cleanBlock = (block: Json): Json[] => {
    if (block["type"] === "tool_result") return [cleanMessage(block)];
    if (block["type"] !== "text" || typeof block["text"] !== "string") return [block];
    const text = clean(block["text"]);
    return text === "" && block["text"] !== "" ? [] : [{ ...block, text }];
  };
  const cleanMessage = (message: Json): Json => {
    const { content } = message;
    if (typeof content === "string") return { ...message, content: clean(content) };
    return Array.isArray(content) ? { ...message, content: blocksOf(message).flatMap(cleanBlock) } : message;
  };
  const changed = withMessages(body, (messages) => messages.map(cleanMessage));
  if (taken.length > 0) soft["reminders"] = taken;
  return changed;
}

function softenSystemMessages(body: unknown, soft: Json): unknown {
  return withMessages(body, (messages) => {
    const system = messages.filter(({ role }) => role === "system");
    if (system.length > 0) soft["system messages"] = system.map((message) => collapse(message)["content"]);
    return messages.filter(({ role }) => role !== "system");
  });
}
