/** A tool that the model sees. */
export interface VisibleTool {
  /** The client's name. */
  name: string;
  description: string;
  schema: Record<string, unknown>;
  strict: boolean;
  /** What a lowered schema no longer says, as lines. */
  lost?: readonly string[];
}

/** The description with the constraints that are not in the schema. */
export function describeTool({ description }: VisibleTool, lost: readonly string[]): string {
  const lines = lost.map((line) => `- ${line}`).join("\n");
  const constraints = lost.length === 0 ? "" : `Constraints of the input:\n${lines}`;
  return [description, constraints].filter((text) => text !== "").join("\n\n");
}
