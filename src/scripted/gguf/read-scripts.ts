import type { ModelScript } from "../script.ts";
import type { GgufFile } from "./read-gguf.ts";
import { BYTE } from "./spelling.ts";
import { EOS_ID } from "./vocabulary.ts";

/** Where `network.ts` says what a token is, counted from the end of its codes. */
const [MARKER, CODE] = [2, 3];

/**
 * What a scripted model says, found out from its weights: the scripts in the order of their rank, without the fallback.
 * A piece that took several tokens is several pieces. Null when the file is no model of `scriptedGguf`.
 */
export function readScripts({ metadata, tensors }: GgufFile): ModelScript[] | null {
  const texts = metadata.get("tokenizer.ggml.tokens");
  const types = metadata.get("tokenizer.ggml.token_type");
  const embeddings = tensors.get("token_embd.weight");
  const output = tensors.get("output.weight");
  if (metadata.get("general.name") !== "scripted" || !Array.isArray(texts) || !Array.isArray(types))
    return null;
  if (embeddings === undefined || output === undefined) return null;
  const width = embeddings.shape[0] ?? 0;
  const dimensions = (data: Float32Array, id: number): number[] =>
    [...data.subarray(id * width, (id + 1) * width).keys()].filter((i) => data[id * width + i] !== 0);
  const tokens = (texts as string[]).map((text, id) => ({
    text,
    type: types[id] as number,
    code: dimensions(embeddings.data, id),
  }));
  const base = Math.ceil(Math.sqrt(tokens.length));
  const always = Math.max(...(tokens[0]?.code.slice(-2, -1) ?? [0]));
  const slotBase = always / 3 - base;
  /** Which tokens each dimension leads to. */
  const leads = new Map<number, number[]>();
  tokens.forEach((_, id) => {
    for (const dimension of dimensions(output.data, id))
      leads.set(dimension, [...(leads.get(dimension) ?? []), id]);
  });

  function follower(code: readonly number[]): number {
    const scores = new Map<number, number>();
    for (const dimension of code.slice(0, CODE))
      for (const id of leads.get(dimension) ?? []) scores.set(id, (scores.get(id) ?? 0) + 1);
    return [...scores].find(([, score]) => score === CODE)?.[0] ?? EOS_ID;
  }

  function said(from: readonly number[]): Omit<ModelScript, "marker"> {
    const path: number[] = [];
    for (let id = follower(from); id !== EOS_ID; id = follower(tokens[id]?.code ?? [])) {
      const loop = path.indexOf(id);
      if (loop !== -1) return { pieces: path.map(piece), loop };
      path.push(id);
    }
    return { pieces: path.map(piece) };
  }

  function piece(id: number): string | number {
    const { text = "", type } = tokens[id] ?? {};
    return type === BYTE ? Number.parseInt(text.slice(3, 5), 16) : text.replaceAll("\u2581", " ");
  }

  return tokens
    .filter(({ code }) => code.includes(always + MARKER))
    .map(({ text, code }) => {
      const [high = 0, low = 0] = code.map((dimension) => dimension - 3 * base);
      return { marker: text, rank: high * slotBase + (low - slotBase), ...said(code) };
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ rank: _rank, ...script }) => script);
}
