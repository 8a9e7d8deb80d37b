/** One observed fact that breaks a rule, with the bytes that prove it. */
export interface Finding {
  /** The rule's id, e.g. `SC5`. */
  rule: string;
  message: string;
  /** The offending bytes as text, at most 500 characters. */
  evidence: string;
  /** `error` fails a case; `warning` is printed only. */
  severity: "error" | "warning";
  /** Byte offset of the evidence in what was checked, when known. */
  offset?: number;
}
