import type { Finding } from "../../strict/finding.ts";
import { embeddedWorld, type World } from "../world.ts";
import { procedure, type Procedure } from "./procedure.ts";

/** Addresses at which no model server answers, each for a reason of its own. */
function addresses(upstream: string): [why: string, url: string][] {
  return [
    ["a port that refuses", "http://127.0.0.1:1"],
    ["a name that does not resolve", "http://bridge-conformance.invalid"],
    ["TLS to a port that speaks none", upstream.replace("http://", "https://")],
  ];
}

/**
 * The case's sends against bridges whose model server cannot be reached, and once against the
 * case's own bridge, whose server is there. The first send is for the former, the rest for the latter.
 */
export const unreachable: Procedure<null> = procedure({ type: "null" }, async (context) => {
  const { world, spec, sends } = context;
  const findings: Finding[] = [];
  const unreached = sends.filter(({ name }) => name === "unreachable");
  for (const [why, baseUrl] of addresses(world.scripted?.url ?? "")) {
    const elsewhere: World = await embeddedWorld(world.dialect, spec.bridge ?? {}, world.signal, { baseUrl });
    try {
      for (const one of unreached)
        findings.push(...named(why, (await context.send(one, elsewhere)).findings));
    } finally {
      await elsewhere.close();
    }
  }
  for (const one of sends) {
    if (!unreached.includes(one)) findings.push(...(await context.send(one)).findings);
  }
  return findings;
});

function named(why: string, findings: readonly Finding[]): Finding[] {
  return findings.map((found) => ({ ...found, message: `(${why}) ${found.message}` }));
}
