import type { ApiError } from "../../messages/api-error.ts";
import { accumulate } from "../../messages/accumulate.ts";
import type { MessageEvent, MessagesRequest } from "../../messages/types.ts";
import { continueRequest } from "../../translate/server-tools/continue.ts";
import { type ServerCall, StepMerger } from "../../translate/server-tools/merge.ts";
import type { Outcome } from "../../translate/server-tools/outcome.ts";
import type { ServerTool } from "../../translate/server-tools/server-tool.ts";
import type { Core, Exchange } from "../core.ts";
import { openAnswer } from "../open-answer.ts";
import { type Deliver, pump } from "../pump.ts";
import { runCall } from "./run-call.ts";

/** Upstream requests of one answer at most. In the last the model may call nothing, so the answer ends. */
const MAX_STEPS = 10;

/**
 * Answers a request whose web tools the bridge runs: asks the model, carries out its calls, asks
 * again with their results, until it has answered or calls a tool of the client's. The client sees one answer.
 */
export async function answerInSteps(
  core: Core,
  exchange: Exchange,
  request: MessagesRequest,
  tools: readonly ServerTool[],
  deliver: Deliver,
): Promise<void> {
  const ids = core.newIds();
  const merger = new StepMerger({
    names: new Set(tools.map(({ name }) => name)),
    newId: () => `srv${ids.toolUse()}`,
  });
  const uses = new Map<string, number>();
  let current = request;
  for (let step = 1; ; step++) {
    const before = merger.outputTokens;
    const done = await performStep({ core, exchange, request: current, tools, merger, uses }, deliver);
    if (done.failed) return;
    const goesOn = merger.serverCalls > 0 && merger.clientCalls === 0 && merger.stopReason === "tool_use";
    if (!goesOn || step === MAX_STEPS) break;
    const said = {
      ...done,
      content: accumulate(done.events).content,
      outputTokens: merger.outputTokens - before,
    };
    current = continueRequest(current, said, step + 1 === MAX_STEPS);
    merger.nextStep();
  }
  await deliver(merger.finish(), null);
}

interface StepContext {
  core: Core;
  exchange: Exchange;
  request: MessagesRequest;
  tools: readonly ServerTool[];
  merger: StepMerger;
  /** Calls carried out so far, by tool. */
  uses: Map<string, number>;
}

interface StepDone {
  /** What the model's answer was before it was merged. */
  events: MessageEvent[];
  results: { call: ServerCall; outcome: Outcome }[];
  /** The answer has ended in an `error` event. */
  failed: boolean;
}

async function performStep(context: StepContext, deliver: Deliver): Promise<StepDone> {
  const { core, exchange, request, merger } = context;
  const done: StepDone = { events: [], results: [], failed: false };
  const open = await openAnswer(core, exchange, request);
  const { contextWindow } = open.context;
  await pump(core, exchange, open, async (events: MessageEvent[], failure: ApiError | null) => {
    done.failed ||= failure !== null;
    let ready: MessageEvent[] = [];
    for (const event of events) {
      done.events.push(event);
      const shown = merger.push(event);
      ready.push(...shown.events);
      if (shown.call === null) continue;
      await deliver(ready, null);
      const outcome = await serve(context, shown.call, contextWindow);
      done.results.push({ call: shown.call, outcome });
      ready = merger.result(shown.call, outcome);
    }
    if (ready.length > 0) await deliver(ready, failure);
  });
  return done;
}

async function serve(context: StepContext, call: ServerCall, contextWindow: number | null): Promise<Outcome> {
  const { core, exchange, request, tools, uses } = context;
  const tool = tools.find(({ name }) => name === call.tool);
  if (tool === undefined) throw new Error(`${call.tool} was not declared`);
  const used = uses.get(tool.name) ?? 0;
  const began = performance.now();
  const { messages } = request;
  const { signal } = exchange.request;
  const outcome = await runCall(core.web, call, { tool, uses: used, messages, contextWindow, signal });
  if (outcome.kind !== "error" || outcome.code !== "max_uses_exceeded") uses.set(tool.name, used + 1);
  const result = outcome.kind === "error" ? outcome.code : outcome.kind;
  const ms = Math.round(performance.now() - began);
  core.log.info({ request: exchange.id, tool: tool.name, result, ms }, "server tool");
  return outcome;
}
