import type { GgufTensor } from "../gguf/container.ts";
import { buildNetwork } from "../gguf/network.ts";
import { BYTE } from "../gguf/spelling.ts";
import { BOS_ID, buildVocabulary, EOS_ID } from "../gguf/vocabulary.ts";
import type { ModelScript } from "../script.ts";

/** The scripted weights, computed as an engine would: greedily, without rotary positions. */
export interface ToyEngine {
  /** Bytes that the model says to a prompt, at most `limit` tokens. */
  complete(prompt: string, limit?: number): { bytes: Buffer; tokens: number; stopped: boolean };
}

export function createToyEngine(scripts: readonly ModelScript[]): ToyEngine {
  const vocabulary = buildVocabulary(scripts);
  const { tensors, headSize, epsilon } = buildNetwork(vocabulary);
  const weights = new Map(
    tensors.map((tensor) => [tensor.name.replace(/^blk\.0\.|\.weight$/gu, ""), tensor]),
  );
  const get = (name: string): GgufTensor => weights.get(name.replace(".weight", "")) ?? fail(name);
  const texts = vocabulary.tokens.map((token) => token.text);
  const specials = [...vocabulary.triggers, ...vocabulary.slots.flatMap(({ marker }) => marker ?? [])];
  const embeddings = texts.map((_, id) => row(get("token_embd"), id));
  const normed = embeddings.map((embedding) => normalise(embedding, epsilon));
  const keys = normed.map((state) => times(get("attn_k"), state));
  const values = normed.map((state) => times(get("attn_v"), state));

  function read(prompt: string): number[] {
    const ids = [BOS_ID];
    for (let at = 0; at < prompt.length;) {
      const found = specials
        .filter((id) => prompt.startsWith(texts[id] ?? "", at))
        .toSorted((a, b) => (texts[b] ?? "").length - (texts[a] ?? "").length)[0];
      const text = found === undefined ? (prompt[at] ?? "") : (texts[found] ?? "");
      ids.push(
        ...(found === undefined ? [...Buffer.from(text)].map((byte) => texts.indexOf(name(byte))) : [found]),
      );
      at += text.length;
    }
    return ids;
  }

  function next(context: readonly number[]): number {
    const id = context.at(-1) ?? BOS_ID;
    const query = times(get("attn_q"), normed[id] ?? []);
    const scores = context.map((each) => dot(query, keys[each] ?? []) / Math.sqrt(headSize));
    const top = Math.max(...scores);
    const shares = scores.map((score) => Math.exp(score - top));
    const sum = shares.reduce((total, share) => total + share, 0);
    const mixed = query.map((_, i) =>
      context.reduce((total, each, at) => total + ((shares[at] ?? 0) / sum) * (values[each]?.[i] ?? 0), 0),
    );
    const added = times(get("attn_output"), mixed);
    const state = normalise(
      (embeddings[id] ?? []).map((value, i) => value + (added[i] ?? 0)),
      epsilon,
    );
    const logits = times(get("output"), state);
    return logits.indexOf(Math.max(...logits));
  }

  return {
    complete(prompt, limit = 1000) {
      const context = read(prompt);
      const said: Buffer[] = [];
      while (said.length < limit) {
        const id = next(context);
        if (id === EOS_ID) return { bytes: Buffer.concat(said), tokens: said.length + 1, stopped: true };
        context.push(id);
        said.push(spoken(vocabulary.tokens[id] ?? fail(`token ${id}`)));
      }
      return { bytes: Buffer.concat(said), tokens: said.length, stopped: false };
    },
  };
}

function spoken({ text, type }: { text: string; type: number }): Buffer {
  if (type === BYTE) return Buffer.from([Number.parseInt(text.slice(3, 5), 16)]);
  return Buffer.from(text.replaceAll("\u2581", " "));
}

function name(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

function row({ data, shape }: GgufTensor, index: number): number[] {
  const width = shape[0] ?? 0;
  return [...data.subarray(index * width, (index + 1) * width)];
}

function times(matrix: GgufTensor, vector: readonly number[]): number[] {
  return Array.from({ length: matrix.shape[1] ?? 0 }, (_, i) => dot(row(matrix, i), vector));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

function normalise(vector: readonly number[], epsilon: number): number[] {
  const mean = dot(vector, vector) / vector.length;
  return vector.map((value) => value / Math.sqrt(mean + epsilon));
}

function fail(what: string): never {
  throw new Error(`toy engine: no ${what}`);
}
