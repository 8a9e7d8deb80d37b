import type { Finding } from "./finding.ts";
import { checkDeltas, checkIndices, checkOverlap, checkStopsOfBlocks } from "./rules-blocks.ts";
import { checkCalls, checkTexts, checkThinking } from "./rules-content.ts";
import { checkAgreement, checkEnd, checkErrors, checkUsage } from "./rules-end.ts";
import { checkFrames, checkNames, type ResponseFacts } from "./rules-frames.ts";
import { checkLeaks } from "./rules-leaks.ts";
import { checkOrder, checkStart } from "./rules-message.ts";
import { readStream } from "./stream.ts";

/** What a caller knows of the stream beside its bytes. */
export interface StreamOptions extends ResponseFacts {
  /** The text was written by us, so words of the back side in it are leaks. */
  scripted?: boolean;
  /** Secrets that must appear nowhere. */
  canaries?: readonly string[];
  /** The server is not ours: overlapping blocks are a warning. */
  foreign?: boolean;
  /** False when the body had not ended when the reader gave up. Default true. */
  eof?: boolean;
}

/** A rule broken a hundred times is still one fault. */
const MAX_PER_RULE = 5;

/**
 * Judges a streamed answer of a Messages endpoint by the rules SC1 to SC16, from its raw bytes.
 * Knows nothing of the translator: a wrong belief there cannot pass here.
 *
 * Returns what is wrong, in the order of the rules; an empty list for a good stream. Never throws.
 */
export function checkStream(bytes: Uint8Array, options: StreamOptions = {}): Finding[] {
  const stream = readStream(bytes);
  const { scripted = false, canaries = [], foreign = false, eof = true } = options;
  return [
    checkFrames(stream, bytes, options),
    checkNames(stream),
    checkOrder(stream, eof),
    checkStart(stream),
    checkIndices(stream),
    checkOverlap(stream, foreign),
    checkDeltas(stream),
    checkStopsOfBlocks(stream),
    checkCalls(stream),
    checkThinking(stream),
    checkTexts(stream),
    checkEnd(stream),
    checkUsage(stream),
    checkAgreement(stream),
    checkErrors(stream),
    checkLeaks(stream, scripted, canaries),
  ].flatMap((findings) => findings.slice(0, MAX_PER_RULE));
}
