import { EOS_ID, type Vocabulary } from "./vocabulary.ts";
import type { GgufTensor } from "./container.ts";

/**
 * The weights that play scripts back: one block, one attention head.
 *
 * What follows a token: a token's embedding is a code of three digits, each a one in a row of dimensions;
 * two codes share one digit at most. The output row of a token holds the codes of those it follows, so the
 * right one scores 3, any other at most 1 (2 where a loop adds a second code), the end token always 2.25.
 *
 * What starts an answer: a trigger token's query meets markers alone. A marker's key grows with its rank by
 * far more than the softmax needs to forget the lower ones, so the highest wins, however often others occur.
 * Its value is its slot's code, which is added to the trigger's state: the first piece follows that code.
 * A trigger has a key and a value too, below all markers: the fallback's. Every other token looks at tokens
 * that are neither, whose value is nothing, so that no marker leaks into what is being said.
 *
 * Rotary position encoding hardly turns the last dimensions of a head, and the other half of each pair in
 * use is zero, so position does not matter.
 */
export interface Network {
  width: number;
  headSize: number;
  feedForward: number;
  ropeBase: number;
  epsilon: number;
  tensors: GgufTensor[];
}

const FEED_FORWARD = 32;
const ROPE_BASE = 1e10;
const EPSILON = 1e-6;
const HEAD_SIZES: readonly number[] = [64, 128, 256];

/** Logits, before the norm's gain: a digit's weight, and how many digits the end token is worth. */
const DIGIT = 20;
const END = 2.25;

/** Attention scores: between neighbouring ranks, and of what a query is meant for. */
const RANK_STEP = 16;
const MEANT = 40;

/** Squared length of every embedding. */
const NORM = 5;

/** Three digits of `value` in a base: any two of them tell the third. */
function digits(value: number, base: number): [number, number, number] {
  const high = Math.floor(value / base);
  const low = value % base;
  return [high, base + low, 2 * base + ((high + low) % base)];
}

/** A matrix of `rows` × `columns`, as `y = Mx` uses it. */
function matrix(name: string, rows: number, columns: number): GgufTensor {
  return { name, shape: [columns, rows], data: new Float32Array(rows * columns) };
}

function ones(name: string, size: number): GgufTensor {
  return { name, shape: [size], data: new Float32Array(size).fill(1) };
}

function set(tensor: GgufTensor, row: number, column: number, value: number): void {
  tensor.data[row * (tensor.shape[0] ?? 0) + column] = value;
}

/** @throws RangeError when there are more markers than a head has room for */
export function buildNetwork(vocabulary: Vocabulary): Network {
  const layout = layOut(vocabulary);
  const { width, headSize } = layout;
  return {
    width,
    headSize,
    feedForward: FEED_FORWARD,
    ropeBase: ROPE_BASE,
    epsilon: EPSILON,
    tensors: [
      embeddings(vocabulary, layout),
      ones("blk.0.attn_norm.weight", width),
      ...attention(layout),
      ones("blk.0.ffn_norm.weight", width),
      matrix("blk.0.ffn_gate.weight", FEED_FORWARD, width),
      matrix("blk.0.ffn_up.weight", FEED_FORWARD, width),
      matrix("blk.0.ffn_down.weight", width, FEED_FORWARD),
      ones("output_norm.weight", width),
      outputs(vocabulary, layout),
    ],
  };
}

/** Which dimension means what. */
interface Layout {
  width: number;
  headSize: number;
  /** Base of the tokens' codes, which begin at dimension 0. */
  base: number;
  /** Base of the slots' codes, and where they begin. */
  slotBase: number;
  slots: number;
  /** One in every token; in a trigger (twice); in a marker; in all others. */
  always: number;
  trigger: number;
  marker: number;
  other: number;
}

function layOut({ tokens, slots }: Vocabulary): Layout {
  const base = Math.ceil(Math.sqrt(tokens.length));
  const slotBase = Math.ceil(Math.sqrt(slots.length));
  const headSize = HEAD_SIZES.find((size) => size >= 3 * slotBase);
  if (headSize === undefined) throw new RangeError(`${slots.length} scripts: a model has room for 7,224`);
  const always = 3 * (base + slotBase);
  const width = Math.ceil((always + 4) / 32) * 32;
  return {
    width,
    headSize,
    base,
    slotBase,
    slots: 3 * base,
    always,
    trigger: always + 1,
    marker: always + 2,
    other: always + 3,
  };
}

function embeddings(vocabulary: Vocabulary, layout: Layout): GgufTensor {
  const tensor = matrix("token_embd.weight", vocabulary.tokens.length, layout.width);
  const slotOf = new Map(vocabulary.slots.map(({ marker }, slot) => [marker, slot]));
  vocabulary.tokens.forEach((_, id) => {
    set(tensor, id, layout.always, 1);
    if (vocabulary.triggers.includes(id)) {
      set(tensor, id, layout.trigger, 2);
      return;
    }
    const slot = slotOf.get(id);
    set(tensor, id, slot === undefined ? layout.other : layout.marker, 1);
    for (const dimension of slot === undefined ? digits(id, layout.base) : slotDigits(slot, layout))
      set(tensor, id, dimension, 1);
  });
  return tensor;
}

function slotDigits(slot: number, { slots, slotBase }: Layout): number[] {
  return digits(slot, slotBase).map((digit) => slots + digit);
}

function attention(layout: Layout): GgufTensor[] {
  const { width, headSize, slotBase, slots, trigger, marker, other } = layout;
  const query = matrix("blk.0.attn_q.weight", headSize, width);
  const key = matrix("blk.0.attn_k.weight", headSize, width);
  const value = matrix("blk.0.attn_v.weight", headSize, width);
  const output = matrix("blk.0.attn_output.weight", width, headSize);
  // The block's first norm makes a one this large.
  const gain = 1 / Math.sqrt(NORM / width + EPSILON);
  const [rankHigh, rankLow, candidate, bystander] = [headSize - 8, headSize - 6, headSize - 4, headSize - 2];
  // Scores are divided by the root of the head's size. A trigger's own dimension holds a two.
  const score = Math.sqrt(headSize) / gain;
  set(query, rankHigh, trigger, (score * RANK_STEP * slotBase) / 2);
  set(query, rankLow, trigger, (score * RANK_STEP) / 2);
  set(query, candidate, trigger, (score * MEANT) / 2);
  set(query, bystander, other, score * MEANT);
  set(key, candidate, trigger, 1 / (2 * gain));
  set(key, candidate, marker, 1 / gain);
  set(key, bystander, other, 1 / gain);
  for (let digit = 0; digit < slotBase; digit += 1) {
    set(key, rankHigh, slots + digit, digit / gain);
    set(key, rankLow, slots + slotBase + digit, digit / gain);
  }
  for (let digit = 0; digit < 3 * slotBase; digit += 1) {
    set(value, digit, slots + digit, 1 / gain);
    set(output, slots + digit, digit, 1);
  }
  for (const digit of digits(0, slotBase)) set(value, digit, trigger, 1 / (2 * gain));
  return [query, key, value, output];
}

function outputs({ tokens, slots, next }: Vocabulary, layout: Layout): GgufTensor {
  const tensor = matrix("output.weight", tokens.length, layout.width);
  const follow = (id: number, code: readonly number[]): void => {
    for (const dimension of code) set(tensor, id, dimension, DIGIT);
  };
  set(tensor, EOS_ID, layout.always, END * DIGIT);
  slots.forEach(({ first }, slot) => first !== null && follow(first, slotDigits(slot, layout)));
  for (const [id, following] of next) follow(following, digits(id, layout.base));
  return tensor;
}
