import type { EngineMode } from "../../scripted/script.ts";

/** Something a model can or cannot do, and how that is known. */
export interface Capability {
  /** Null: nobody said, and trying did not show it. */
  has: boolean | null;
  /** E.g. `/api/show`, or what one request showed. */
  from: string;
}

export interface ThinkingCapability extends Capability {
  /** How hard to think can be told, in these words; empty: only whether. */
  levels: string[];
}

/**
 * What is known of a model and of what runs it, before it is judged. All of it was asked for or tried;
 * nothing comes from the model's name. Null: the server does not say.
 */
export interface ModelProfile {
  /** SHA-256 of the model's manifest, as Ollama lists it. */
  digest: string | null;
  /** E.g. `Q4_K_M`. */
  quantisation: string | null;
  /** E.g. `1.7B`. */
  size: string | null;
  /** SHA-256 of the chat template's text. */
  template: string | null;
  engine: { name: string; version: string | null };
  /** How an Ollama runs the model. */
  mode: EngineMode | null;
  context: {
    /** Tokens: what the model was made for, and what requests get. */
    limit: number | null;
    used: number | null;
    /** Tokens of the first request of a full Claude Code. */
    needed: number;
  };
  capabilities: {
    tools: Capability;
    thinking: ThinkingCapability;
    vision: Capability;
    structured: Capability;
  };
  /** What every request is sent with, and what the Modelfile sets. */
  options: Record<string, string | number>;
  host: Host;
  /** Milliseconds of the first request, loading included. */
  warmUpMs: number | null;
}

/** The machine of this process; the model's own only where both are one. */
export interface Host {
  /** E.g. `linux x64`. */
  system: string;
  cpu: string;
  cores: number;
  /** Bytes. */
  memory: number;
  /** The model's server is on another machine. */
  remote: boolean;
  /** Part of the model that is on a GPU, 0 to 1; null when the server does not say. */
  onGpu: number | null;
}
