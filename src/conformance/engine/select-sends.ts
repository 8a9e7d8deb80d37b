import type { CaseSpec, SuiteDefaults, SuiteFile } from "../case.ts";
import type { EngineWay } from "../options.ts";
import type { ModelScript } from "../../scripted/script.ts";
import { expandSends, type Send } from "../send.ts";
import { sayingOf } from "./saying.ts";

type Way = Pick<EngineWay, "mode" | "provider">;

/** The sends of a case that a real engine can answer, or why there are none. */
export interface Sayable {
  sends: Send[];
  reason: string | null;
}

/** A send that looks back at one that is not sent is not sent either. */
export function sayableSends(spec: CaseSpec, defaults: SuiteDefaults, way: Way): Sayable {
  if (spec.procedure !== undefined) return none("it watches the sockets of our own server");
  const { vision, thinking } = spec.bridge?.flags ?? {};
  if (vision === true || thinking !== undefined)
    return none("its bridge is told of a model that can do other things");
  const reasons = new Set<string>();
  const missing = new Set<string>();
  const sends = expandSends(spec, defaults, way.provider).filter((send) => {
    const saying = sayingOf(send, way);
    const reason = "cannot" in saying ? saying.cannot : looksBack(send, missing);
    if (reason === null) return true;
    reasons.add(reason);
    missing.add(send.name);
    return false;
  });
  return sends.length > 0 ? { sends, reason: null } : none([...reasons][0] ?? "it sends nothing");
}

function none(reason: string): Sayable {
  return { sends: [], reason: `a real engine cannot be made to say it: ${reason}` };
}

function looksBack({ request, expect }: Send, missing: ReadonlySet<string>): string | null {
  const text = JSON.stringify([request, expect]);
  const found = [...missing].some((name) => {
    const quoted = JSON.stringify(name);
    return [`"$from":${quoted}`, `same-as":${quoted}`, `extends":${quoted}`].some((word) =>
      text.includes(word),
    );
  });
  return found ? "it looks back at an answer that cannot be said" : null;
}

/** Everything that the suites make a model say in any of these ways, each once, in the order of the files. */
export function sayingsOf(suites: readonly SuiteFile[], ways: readonly Way[]): ModelScript[] {
  const scripts = new Map<string, ModelScript>();
  for (const { cases, defaults } of suites)
    for (const spec of cases.filter(({ kinds }) => kinds.includes("script")))
      for (const way of ways)
        for (const send of sayableSends(spec, defaults, way).sends) {
          const saying = sayingOf(send, way);
          if ("scripts" in saying) for (const script of saying.scripts) scripts.set(script.marker, script);
        }
  return [...scripts.values()];
}
