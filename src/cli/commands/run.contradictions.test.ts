import { expect, test } from "vitest";
import type { BackendArguments } from "./run.backend.ts";
import { refuseBesideTarget, refuseContradictions, refuseWithoutModel } from "./run.contradictions.ts";

const url = { "base-url": "http://127.0.0.1:9" };
const target = "http://127.0.0.1:9";

test.each<[BackendArguments, string | null]>([
  [{ model: "m" }, null],
  [{ model: "m", backend: "scripted" }, '--backend scripted has no model "m"'],
  [{ model: "scripted", backend: "scripted" }, null],
  [{ model: "scripted-plain", backend: "scripted" }, null],
  [{ model: "scripted", backend: "scripted", provider: "openai" }, null],
  [{ model: "m", backend: "url" }, "--backend url needs --base-url URL"],
  [{ model: "m", backend: "url", ...url }, null],
  [{ model: "m", backend: "url", provider: "openai" }, null],
  [{ model: "m", backend: "scripted", ...url }, "--backend scripted starts one"],
  [{ model: "m", backend: "container", ...url }, "--backend container starts one"],
  [{ model: "m", backend: "ollama", ...url }, null],
  [{ model: "m", provider: "openai" }, "--provider openai needs --base-url URL"],
  [{ model: "m", provider: "openai", backend: "ollama" }, "--provider openai needs --base-url URL"],
  [{ model: "m", provider: "openai", ...url }, null],
  [{ model: "m", provider: "anthropic" }, null],
  [{ model: "m", image: "i" }, null],
  [{ model: "m", image: "i", backend: "ollama" }, "--image is for a container"],
  [{ model: "m", image: "i", ...url }, "two servers"],
])("%j: %s", (argv, message) => {
  expect(refusal(() => refuseContradictions(argv))).toContain(message ?? NOTHING);
});

test.each<[BackendArguments, string | null]>([
  [{}, null],
  [{ backend: "scripted" }, null],
  [{ backend: "ollama" }, "--backend ollama needs --model NAME"],
  [url, "--base-url needs --model NAME"],
  [{ image: "i" }, "--image needs --model NAME"],
  [{ provider: "openai" }, "--provider needs --model NAME"],
  [{ provider: "anthropic", target }, null],
])("without a model, %j: %s", (argv, message) => {
  expect(refusal(() => refuseWithoutModel(argv))).toContain(message ?? NOTHING);
});

test.each<[BackendArguments, string | null]>([
  [{ model: "m", target }, null],
  [{ model: "m", target, backend: "ollama" }, "leave --backend ollama out"],
  [{ model: "m", target, ...url }, "leave --base-url out"],
])("beside a target, %j: %s", (argv, message) => {
  expect(refusal(() => refuseBesideTarget(argv))).toContain(message ?? NOTHING);
});

const NOTHING = "nothing is refused";

function refusal(call: () => void): string {
  try {
    call();
    return NOTHING;
  } catch (error) {
    return String(error);
  }
}
