import type { Notes } from "./notes.ts";

/** How the conversation is rendered for one model. */
export interface RenderOptions {
  /** Upstream model, for error texts. */
  model: string;
  /** The model takes tools, so calls of web tools in the history are calls. */
  tools: boolean;
  vision: boolean;
  toolImages: boolean;
  midSystem: "native" | "fold" | "refuse";
  prefill: boolean;
  /** The model takes its earlier reasoning back. */
  reasoning: boolean;
  notes: Notes;
}
