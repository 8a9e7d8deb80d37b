import { FALLBACK } from "../choose.ts";
import type { ModelScript } from "../script.ts";
import { BYTE, CONTROL, createSpeller, hex, type Token, UNKNOWN, USER_DEFINED } from "./spelling.ts";

/** The end of a prompt in a Modelfile TEMPLATE, and in the chat templates of `template.ts`. */
const TRIGGERS: readonly Token[] = [
  { text: "<|assistant|>", type: CONTROL },
  { text: "<|im_start|>assistant\n", type: USER_DEFINED },
];

/** llama.cpp refuses a grammar whose trigger is one token, unless the token is preserved. */
const GRAMMAR_TRIGGERS: ReadonlySet<string> = new Set([
  "<tool_call>",
  "<tool_call>\n",
  "<think>",
  "<think>\n",
  "</think>",
]);

export const UNK_ID = 0;
export const BOS_ID = 1;
export const EOS_ID = 2;

const SPECIAL: readonly Token[] = [
  { text: "<unk>", type: UNKNOWN },
  { text: "<s>", type: CONTROL },
  { text: "<|im_end|>", type: CONTROL },
];

/** What a marker starts. Slots are in the order of their rank, the fallback first. */
export interface Slot {
  /** Id of the marker's token; null: the fallback, which no token names. */
  marker: number | null;
  /** Id of the first token to say; null: the script says nothing. */
  first: number | null;
}

export interface Vocabulary {
  tokens: readonly Token[];
  /** Ids of the tokens at which an answer begins. */
  triggers: readonly number[];
  slots: readonly Slot[];
  /** Id of a said token → id of the one that follows; none: the end token follows. */
  next: ReadonlyMap<number, number>;
}

/** Every token that the scripts need, and what follows what. Ids depend on the scripts alone. */
export function buildVocabulary(scripts: readonly ModelScript[]): Vocabulary {
  const played = reachable(scripts);
  const bytes = Array.from({ length: 256 }, (_, i): Token => ({ text: `<0x${hex(i)}>`, type: BYTE }));
  const markers = played.map(({ marker }): Token => ({ text: marker, type: USER_DEFINED }));
  const tokens = [...SPECIAL, ...TRIGGERS, ...bytes, ...markers];
  const firstMarker = tokens.length - markers.length;
  const spell = createSpeller(
    tokens.map((token) => token.text),
    GRAMMAR_TRIGGERS,
  );
  const next = new Map<number, number>();

  function add(script: ModelScript): number | null {
    const spelt = script.pieces.map(spell);
    const starts = spelt.map((_, i) => tokens.length + spelt.slice(0, i).flat().length);
    const start = tokens.length;
    tokens.push(...spelt.flat());
    const last = tokens.length - 1;
    for (let id = start; id < last; id += 1) next.set(id, id + 1);
    const again = script.loop === undefined ? undefined : starts.at(script.loop);
    if (again !== undefined && again <= last) next.set(last, again);
    return last < start ? null : start;
  }

  const slots = [FALLBACK, ...played].map((script, i): Slot => {
    const marker = i === 0 ? null : firstMarker + i - 1;
    return { marker, first: add(script) };
  });
  return { tokens, triggers: TRIGGERS.map((_, i) => SPECIAL.length + i), slots, next };
}

/**
 * Without the scripts that are never chosen, because a later one's marker stands in theirs. An engine sees
 * the longest marker at a place and no other, so these would hide the later one.
 */
function reachable(scripts: readonly ModelScript[]): ModelScript[] {
  return scripts.filter(
    ({ marker }, i) => !scripts.slice(i + 1).some((later) => marker.includes(later.marker)),
  );
}
