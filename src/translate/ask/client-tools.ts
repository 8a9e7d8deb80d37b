import type { ClientTool } from "../../messages/client-tools.ts";
import type { VisibleTool } from "./visible-tool.ts";

type Property = Record<string, unknown>;

const text = (description: string): Property => ({ type: "string", description });
const whole = (description: string): Property => ({ type: "integer", description });
const LINES: Property = {
  type: "array",
  items: { type: "integer" },
  minItems: 2,
  maxItems: 2,
  description: "For view: first and last line, counted from 1; -1 is the last line of the file",
};

const BASH = object({
  command: text("The command to run. Not needed with restart"),
  restart: { type: "boolean", description: "Restart the shell instead of running a command" },
});

/** What the commands that edit a file take. */
const EDITING: Record<string, Property> = {
  file_text: text("For create: the whole content of the file"),
  old_str: text("For str_replace: the text to replace. It must occur exactly once"),
  insert_line: whole("For insert: the line after which the text goes; 0 for the beginning"),
  view_range: LINES,
};

/**
 * The function that the model is offered for a typed tool of the client's. The API's own models were
 * trained on these; any other has to be told their input.
 */
export function functionOfClientTool(tool: ClientTool): VisibleTool {
  const { name } = tool;
  if (tool.kind === "bash") {
    const description = "Runs a command in a shell that stays open between calls.";
    return { name, description, schema: BASH, strict: false };
  }
  return tool.kind === "memory" ? memory(name) : editor(name, tool.version);
}

function editor(name: string, version: string): VisibleTool {
  const recent = version >= "20250728";
  const commands = [
    "view",
    "create",
    "str_replace",
    "insert",
    ...(version < "20250429" ? ["undo_edit"] : []),
  ];
  const newText = recent
    ? {
        new_str: text("For str_replace: the text in its place; empty when left out"),
        insert_text: text("For insert: the text"),
      }
    : { new_str: text("For str_replace: the text in its place. For insert: the text") };
  const schema = object(
    {
      command: { type: "string", enum: commands },
      path: text("Path of the file or directory"),
      ...EDITING,
      ...newText,
    },
    ["command", "path"],
  );
  return { name, description: "Views, creates and edits text files.", schema, strict: false };
}

function memory(name: string): VisibleTool {
  const commands = ["view", "create", "str_replace", "insert", "delete", "rename"];
  const schema = object(
    {
      command: { type: "string", enum: commands },
      path: text("For all commands but rename: a path below /memories"),
      ...EDITING,
      new_str: text("For str_replace: the text in its place"),
      insert_text: text("For insert: the text"),
      old_path: text("For rename"),
      new_path: text("For rename"),
    },
    ["command"],
  );
  const description =
    "Keeps notes in files below /memories from one conversation to the next. View the directory before a task; write down what will be needed again.";
  return { name, description, schema, strict: false };
}

function object(properties: Record<string, Property>, required: string[] = []): Record<string, unknown> {
  return {
    type: "object",
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}
