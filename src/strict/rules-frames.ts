import { isUtf8 } from "node:buffer";
import type { Finding } from "./finding.ts";
import type { Frame } from "./frames.ts";
import { excerpt, fault, parseObject, type Stream } from "./stream.ts";

/** What is known of the response beside its bytes. */
export interface ResponseFacts {
  status?: number;
  contentType?: string | null;
}

/**
 * SC1: status 200 and `text/event-stream`; valid UTF-8; every frame, also the last, is one `event:`
 * line, data and a blank line. No unnamed frames, no `[DONE]`. Comments, `id:`, `retry:`, a byte
 * order mark and every line end of the standard are legal.
 *
 * Source: https://docs.anthropic.com/en/api/versioning ("named events"),
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function checkFrames({ frames }: Stream, bytes: Uint8Array, facts: ResponseFacts): Finding[] {
  return [
    ...checkResponse(facts, bytes),
    ...checkUtf8(frames, bytes),
    ...frames.flatMap((frame) => frameFault(frame).map((message) => fault("SC1", message, frame))),
  ];
}

/**
 * SC2: the data is a JSON object whose `type` is the frame's name.
 * Source: https://docs.anthropic.com/en/api/messages-streaming ("Event types")
 */
export function checkNames({ frames }: Stream): Finding[] {
  return frames
    .filter((frame) => frame.data.length > 0 && !isDone(frame))
    .flatMap((frame) => {
      const body = parseObject(frame.data.join("\n"));
      if (body === undefined) return [fault("SC2", "data is not a JSON object", frame)];
      const [name] = frame.names;
      if (name === undefined || body["type"] === name) return [];
      return [fault("SC2", `event ${name} carries data of type ${JSON.stringify(body["type"])}`, frame)];
    });
}

function checkResponse({ status, contentType }: ResponseFacts, bytes: Uint8Array): Finding[] {
  const head = excerpt(new TextDecoder().decode(bytes.subarray(0, 500)));
  const response = (message: string): Finding => ({
    rule: "SC1",
    message,
    evidence: head,
    severity: "error",
    offset: 0,
  });
  const found: Finding[] = [];
  if (status !== undefined && status !== 200) found.push(response(`status is ${status}, not 200`));
  if (contentType !== undefined && !/^text\/event-stream\s*(;|$)/i.test(contentType ?? "")) {
    found.push(response(`content-type is ${contentType ?? "absent"}, not text/event-stream`));
  }
  return found;
}

/** A comment may hold the bad bytes too, and then no frame shows them. */
function checkUtf8(frames: Frame[], bytes: Uint8Array): Finding[] {
  if (isUtf8(bytes)) return [];
  return [
    fault(
      "SC1",
      "not valid UTF-8",
      frames.find(({ validUtf8 }) => !validUtf8),
    ),
  ];
}

/** At most one fault per frame: the others follow from it. */
function frameFault(frame: Frame): string[] {
  const [stranger] = frame.strangers;
  if (stranger !== undefined) return ["a line that is no field of an event stream"];
  if (isDone(frame)) return ["[DONE] is another API's end of stream"];
  if (frame.names.length === 0 && frame.data.length > 0) return ["a frame without an event name"];
  if (frame.names.length > 1) return ["a frame with several event names"];
  if (frame.names.length === 1 && frame.data.length === 0) return ["a frame without data"];
  if (!frame.closed) return ["no blank line ends the last frame"];
  return [];
}

function isDone(frame: Frame): boolean {
  return frame.data.some((line) => line.trim() === "[DONE]");
}
