/**
 * The conversation between the two languages: what is left of Messages once roles are merged, results
 * paired and everything rendered, and what either dialect is written from.
 */
export type Turn =
  | { role: "system"; text: string }
  | { role: "user"; parts: Part[] }
  | AssistantTurn
  | { role: "tool"; callId: string; toolName: string; text: string; images: Image[] };

export interface AssistantTurn {
  role: "assistant";
  text: string;
  /** Null when there is none or the model takes none. */
  reasoning: string | null;
  calls: { id: string; name: string; input: Record<string, unknown> }[];
}

export type Part = { kind: "text"; text: string } | { kind: "image"; image: Image };

export interface Image {
  mediaType: string;
  /** Clean base64. */
  data: string;
}
