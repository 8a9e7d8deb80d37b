import type { ModelScript } from "../script.ts";
import { type GgufValue, writeGguf } from "./container.ts";
import { buildNetwork } from "./network.ts";
import { type ChatTemplate, chatTemplate } from "./template.ts";
import { BOS_ID, buildVocabulary, EOS_ID, UNK_ID } from "./vocabulary.ts";

export interface ScriptedGgufOptions {
  /** What the model's own chat template can do. Default `think`. */
  template?: ChatTemplate;
}

/** Tokens; the model counts bytes, and a full request of the real client is 54,000 to 73,000 of them. */
const CONTEXT = 131_072;

const LLAMA_FILE_F32 = 0;

/**
 * A GGUF file whose greedy decode plays the script of the marker that stands in the prompt, of several the
 * one that comes last in the list. The same scripts give the same bytes.
 *
 * Differs from the embedded model: a piece that repeats, or that is a grammar's trigger, may take a few
 * tokens more; a marker that only arises where two others overlap is not seen.
 * @throws RangeError when there are more scripts than a model has room for (7,224)
 */
export function scriptedGguf(scripts: readonly ModelScript[], options: ScriptedGgufOptions = {}): Uint8Array {
  const vocabulary = buildVocabulary(scripts);
  const { tokens } = vocabulary;
  const network = buildNetwork(vocabulary);
  const metadata: Record<string, GgufValue> = {
    "general.architecture": { string: "llama" },
    "general.name": { string: "scripted" },
    "general.file_type": { u32: LLAMA_FILE_F32 },
    "llama.vocab_size": { u32: tokens.length },
    "llama.context_length": { u32: CONTEXT },
    "llama.embedding_length": { u32: network.width },
    "llama.block_count": { u32: 1 },
    "llama.feed_forward_length": { u32: network.feedForward },
    "llama.attention.head_count": { u32: 1 },
    "llama.attention.head_count_kv": { u32: 1 },
    "llama.attention.key_length": { u32: network.headSize },
    "llama.attention.value_length": { u32: network.headSize },
    "llama.attention.layer_norm_rms_epsilon": { f32: network.epsilon },
    "llama.rope.dimension_count": { u32: network.headSize },
    "llama.rope.freq_base": { f32: network.ropeBase },
    "tokenizer.ggml.model": { string: "llama" },
    "tokenizer.ggml.pre": { string: "default" },
    "tokenizer.ggml.tokens": { strings: tokens.map((token) => token.text) },
    "tokenizer.ggml.scores": { floats: tokens.map(() => 0) },
    "tokenizer.ggml.token_type": { ints: tokens.map((token) => token.type) },
    "tokenizer.ggml.unknown_token_id": { u32: UNK_ID },
    "tokenizer.ggml.bos_token_id": { u32: BOS_ID },
    "tokenizer.ggml.eos_token_id": { u32: EOS_ID },
    "tokenizer.ggml.add_bos_token": { bool: true },
    "tokenizer.ggml.add_eos_token": { bool: false },
    "tokenizer.ggml.add_space_prefix": { bool: false },
    "tokenizer.chat_template": { string: chatTemplate(options.template ?? "think") },
  };
  return writeGguf(metadata, network.tensors);
}
