/** A tool that the model sees. */
export interface VisibleTool {
  /** The client's name. */
  name: string;
  description: string;
  schema: Record<string, unknown>;
  strict: boolean;
}
