import { expect, test } from "vitest";
import { modelsUrl, ollamaBaseUrl } from "./base-url.ts";

test.each([
  [undefined, "http://localhost:11434"],
  ["", "http://localhost:11434"],
  ["127.0.0.1:8080", "http://127.0.0.1:8080"],
  ["box", "http://box:11434"],
  ["0.0.0.0", "http://127.0.0.1:11434"],
  ["0.0.0.0:9", "http://127.0.0.1:9"],
  ["[::]:9", "http://[::1]:9"],
  ["http://box:8080/", "http://box:8080"],
  ["https://ollama.example", "https://ollama.example"],
  ["http://box", "http://box"],
  ["https://ollama.example/behind/", "https://ollama.example/behind"],
  [":1234", "http://127.0.0.1:1234"],
  [":66000", "http://127.0.0.1:11434"],
  ["1.2.3.4:x", "http://1.2.3.4:11434"],
  ["[::1]", "http://[::1]:11434"],
  ["::1", "http://[::1]:11434"],
  ["::", "http://[::1]:11434"],
  ["[::1]:1337", "http://[::1]:1337"],
  ["http://[::]:9", "http://[::1]:9"],
  ["127.0.0.1:9/", "http://127.0.0.1:9"],
  ["'1.2.3.4'", "http://1.2.3.4:11434"],
  [' " 1.2.3.4 " ', "http://1.2.3.4:11434"],
  ["ollama.com", "https://ollama.com"],
])("OLLAMA_HOST=%s is %s", (host, expected) => {
  expect(ollamaBaseUrl(host === undefined ? {} : { OLLAMA_HOST: host })).toBe(expected);
});

test.each(["two words", "http://:::", "http://a b:1"])(
  "OLLAMA_HOST=%s is no address: never another Ollama",
  (host) => {
    expect(() => ollamaBaseUrl({ OLLAMA_HOST: host })).toThrow(
      `OLLAMA_HOST is "${host}", which is no address`,
    );
  },
);

test.each([
  ["ollama", "http://h:1", "http://h:1/api/tags"],
  ["ollama", "http://h:1/v1/", "http://h:1/api/tags"],
  ["openai", "http://h:1/v1", "http://h:1/v1/models"],
  ["anthropic", "https://h/v1", "https://h/v1/models?limit=1000"],
  ["anthropic", "https://h/", "https://h/v1/models?limit=1000"],
] as const)("the models of %s at %s are listed at %s", (provider, baseUrl, expected) => {
  expect(modelsUrl(provider, baseUrl)).toBe(expected);
});
