import { describe, expect, test } from "vitest";
import type { Exchange } from "../exchange.ts";
import { decide } from "./decide.ts";
import type { Examined } from "./examine.ts";
import type { Said } from "./said.ts";

const said = (some: Partial<Said>): Said => ({ text: "", thinking: "", calls: [], finish: null, ...some });

/** A legal answer of the front, given while the model server was still speaking. */
function leftEarly(front: Partial<Said>, back: Partial<Said>): Examined {
  return {
    exchange: { request: { path: "/v1/messages" } } as Exchange,
    request: {},
    front: { kind: "answer", said: said(front) },
    illegal: null,
    left: false,
    back: { kind: "left", said: said(back) },
    seen: true,
  };
}

const suite = { client: null, tapIsUp: true, timedOut: false, rules: ["answer.text"] };

describe("the bridge left its model server in the middle of an answer", () => {
  test("at a stop sequence that is its right", () => {
    const one = leftEarly({ text: "Hello", finish: "stop_sequence" }, { text: "Hello. And" });
    expect(decide([one], suite)).toMatchObject({ who: "model", exchange: null });
  });

  test("at a stop sequence too it says what the model said", () => {
    const one = leftEarly({ text: "Hullo", finish: "stop_sequence" }, { text: "Hello. And" });
    expect(decide([one], suite)).toMatchObject({ who: "bridge", exchange: 0 });
  });

  test("an answer that ends otherwise was not whole", () => {
    const one = leftEarly({ text: "Hello", finish: "end_turn" }, { text: "Hello. And" });
    expect(decide([one], suite)).toMatchObject({
      who: "bridge",
      why: "the bridge left in the middle of an answer and told it as a whole one",
    });
  });
});

describe("all was told as the model said it, and a rule is broken", () => {
  const one: Examined = {
    ...leftEarly({ text: "Hello", finish: "end_turn" }, {}),
    back: { kind: "whole", said: said({ text: "Hello", finish: "stop" }) },
  };

  test.each<[string[], string]>([
    [["answer.text"], "model"],
    [["usage.near", "answer.text"], "model"],
    [["usage.near"], "bridge"],
    [["body", "header"], "bridge"],
    [["upstream.texts-in-order"], "bridge"],
    [[], "model"],
  ])("%j: %s", (rules, who) => {
    expect(decide([one], { ...suite, rules })).toMatchObject({ who, exchange: null });
  });
});
