import { readFileSync } from "node:fs";
import { array, assert, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import type { Dialect } from "../upstream/delta.ts";
import { chunksAt, splitBytes } from "../wire/chunks.ts";
import { answerContext, countingIds, summarise } from "./answers.test.support.ts";
import { translateStream } from "./stream.ts";
import type { MessageEvent } from "../messages/types.ts";

/** Answers of a real Ollama and a real llama-server, and what a client is told of each. */
const RECORDED: [file: string, lines: (string | RegExp)[]][] = [
  ["ollama-chat-go-text.ndjson", ["text Hello, world from the script.", "stop end_turn"]],
  ["ollama-chat-go-think.ndjson", [/^thinking .* signed$/s, /^text .*42\.$/, "stop end_turn"]],
  [
    "ollama-chat-go-tool3.ndjson",
    [
      /^call call_\w{8} Bash \{"command":"date"\}$/,
      /^call .* Read/,
      /^call .* Bash \{"command":"uptime"\}$/,
      "stop tool_use",
    ],
  ],
  [
    "ollama-chat-go-thinktexttool.ndjson",
    [/^thinking/, /^text/, /^call call_vbw28oiv Bash \{"command":"ls \/var"\}$/, "stop tool_use"],
  ],
  ["ollama-chat-go-unicode.ndjson", [/^text .* end$/s, "stop end_turn"]],
  ["ollama-chat-go-toolunicode.ndjson", [/^call .*\\u0026\\u0026/, "stop tool_use"]],
  ["ollama-chat-go-toolthencut.ndjson", [/^text/, /^call .*echo one/, "stop max_tokens"]],
  ["ollama-chat-go-badutf8.ndjson", ["open text lone ", /^error api_error: .*without finishing/]],
  [
    "ollama-chat-jinja-tool3.ndjson",
    [/^call/, /^call IcNIWBI83chdIlznpMs2K8WoXm0eDL7k Read/, /^call/, "stop tool_use"],
  ],
  [
    "ollama-chat-jinja-broken.ndjson",
    ["open text Try: ", /^error api_error: .*invalid tool call arguments for "Bash"/],
  ],
  ["ollama-chat-parser-qwen3-tool2.ndjson", [/^call/, /^call call_5v1cs34w Read/, "stop tool_use"]],
  [
    "ollama-chat-parser-qwen3-tooltexttool.ndjson",
    [/^text/, /^call/, /^text/, /^call/, /^text/, "stop tool_use"],
  ],
  ["ollama-v1chat-go-think-su.sse", [/^thinking/, /^text/, "stop end_turn"]],
  ["ollama-v1chat-go-tool2-su.sse", [/^call/, /^call/, "stop tool_use"]],
  ["ollama-v1chat-go-toolthencut.sse", [/^text/, /^call .*echo one/, "stop max_tokens"]],
  ["ollama-kill-v1chat-go.sse", [/^open text l00/, /^error api_error: .*without finishing/]],
  [
    "llama-v1chat-thinktool-su.sse",
    [
      "thinking I need the file list.\n signed",
      'call 5FU2zrDKOrQRESLNyWXeBylIbxCwNhVs Bash {"command": "ls /tmp"}',
      "stop tool_use",
    ],
  ],
  ["llama-v1chat-tool3-parallel-su.sse", [/^call/, /^call/, /^call/, "stop tool_use"]],
  ["llama-v1chat-tool-cut-su.sse", ["text Writing it.\n", /^call .* Write \{/, "stop max_tokens"]],
  ["llama-v1chat-badutf8-su.sse", ["open text lone ", /^error api_error: .*expected peg-native format/]],
  ["llama-v1chat-unicode-su.sse", [/^text .* end$/s, "stop end_turn"]],
  ["llama-v1chat-noargs-su.sse", [/^error api_error: .*Unexpected empty grammar stack/]],
];

function read(file: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/upstream/${file}`, import.meta.url));
}

function translate(file: string, chunks: Iterable<Uint8Array>): MessageEvent[] {
  const dialect: Dialect = file.endsWith(".sse") ? "openai" : "ollama";
  return translateStream(chunks, dialect, answerContext({ dialect, tools: [] }), countingIds());
}

describe.each(RECORDED)("%s", (file, lines) => {
  const bytes = read(file);
  const whole = translate(file, [bytes]);
  const isSame = (chunks: Uint8Array[]): boolean =>
    JSON.stringify(translate(file, chunks)) === JSON.stringify(whole);

  test("is told as", () => {
    const told = summarise(whole);
    expect(told).toHaveLength(lines.length);
    lines.forEach((line, n) => expect(told[n]).toMatch(line));
  });

  test("gives the same events when cut into single bytes, at any one byte, or anyhow", () => {
    expect(isSame(splitBytes(bytes, "byte"))).toBe(true);
    const step = Math.ceil(bytes.length / 1200);
    const places = Array.from({ length: Math.floor(bytes.length / step) }, (_, n) => n * step);
    expect(places.filter((at) => !isSame(splitBytes(bytes, `at:${at}`)))).toEqual([]);
    assert(
      property(array(nat(bytes.length), { maxLength: 40 }), (cuts) =>
        isSame(
          chunksAt(
            bytes,
            cuts.toSorted((one, other) => one - other),
          ),
        ),
      ),
      { numRuns: 25, seed: 7 },
    );
  });
});
