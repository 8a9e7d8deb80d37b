/** What model servers say when the model, and not the machine, is why they gave no answer. */
const LACKS =
  /(?:does not|doesn't) support (?:tools?|function|images?|vision|multimodal|thinking|chat)|(?:image input|tool use) is not supported|support (?:tool use|image input)/i;
const TOO_LONG =
  /prompt is too long|(?:context|input) (?:size|length|window)|maximum context|context_length_exceeded|too many tokens/i;
const UNREADABLE =
  /pars(?:e|ing)\b.{0,60}(?:json|tool|call|arguments|input)|(?:tool|function) call.{0,40}(?:pars|invalid)|XML syntax error/i;

/** Why an error is the model's own; null: the words do not say so. */
export function ofTheModel(message: string): string | null {
  if (LACKS.test(message)) return "the model cannot do what the request needs";
  if (TOO_LONG.test(message)) return "the prompt does not fit into the model's context";
  if (UNREADABLE.test(message)) return "the model wrote a call that its own server cannot read";
  return null;
}
