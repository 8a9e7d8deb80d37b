/** The last object of `--output-format json` or `stream-json`. Judge by `is_error`, never by `subtype`. */
export interface ClaudeResult {
  type: "result";
  subtype: string;
  is_error: boolean;
  /** What the user sees. Absent when the run was stopped. */
  result?: string;
  num_turns: number;
  session_id: string;
  stop_reason?: string | null;
  terminal_reason?: string;
  api_error_status?: number | null;
  permission_denials?: unknown[];
}

/** One line of `--output-format stream-json`. */
export interface ClaudeEvent {
  type: string;
  subtype?: string;
  [field: string]: unknown;
}

function parseLine(line: string): ClaudeEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "type" in value
      ? (value as ClaudeEvent)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The events on stdout, in order; lines that are none are left out. Works for `json` as well. */
export function parseEvents(stdout: string): ClaudeEvent[] {
  return stdout
    .split("\n")
    .map(parseLine)
    .filter((event) => event !== undefined);
}

export function isResult(event: ClaudeEvent): event is ClaudeEvent & ClaudeResult {
  return event.type === "result";
}
