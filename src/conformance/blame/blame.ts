import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "../../strict/finding.ts";
import type { Exchange } from "../exchange.ts";
import type { World } from "../world.ts";
import type { ClientFacts } from "./client.ts";
import { decide, type Blame } from "./decide.ts";
import { excerptOf } from "./evidence.ts";
import { examine } from "./examine.ts";

/** A failed attempt: what was sent and got, and by whom. */
export interface Failure {
  exchanges: readonly Exchange[];
  /** The real client, when it made the requests. */
  client: ClientFacts | null;
  /** The attempt was ended by its time limit. */
  timedOut: boolean;
  /** Names of the rules that were broken. */
  rules: readonly string[];
}

/** How long the tap is waited for: the front may be through a moment before the back is. */
const SETTLE_MS = 500;

/** Whose fault a failed attempt is. To be asked before the world is closed. */
export async function blameFor(
  failure: Failure,
  world: Pick<World, "back" | "foreign" | "scripted">,
): Promise<Blame> {
  await Promise.race([world.back?.idle(), sleep(SETTLE_MS)]);
  const examined = await Promise.all(failure.exchanges.map((one) => examine(one, world.foreign)));
  const tapIsUp = world.back === undefined || (await takesConnections(world.back.port));
  const blame = decide(examined, { ...failure, tapIsUp });
  return world.scripted === null ? blame : amongUs(blame);
}

/** Where the model's words are ours, and its failures planned, only the client can relieve the bridge. */
function amongUs(blame: Blame): Blame {
  if (blame.who === "client" || blame.who === "harness" || blame.who === "bridge") return blame;
  return {
    who: "bridge",
    why: `what was expected of the bridge did not come (${blame.why})`,
    exchange: blame.exchange,
  };
}

/** The sentence, with the end of both hops of the exchange that decided, or of the last one. */
export function blameFinding(
  { who, why, exchange }: Blame,
  { exchanges, client }: Pick<Failure, "exchanges" | "client">,
): Finding {
  const hops = excerptOf(exchanges.at(exchange ?? -1));
  const evidence = who === "client" && client !== null ? `${hops}\nclient: ${client.log}` : hops;
  return { rule: "blame", message: `${who ?? "undecided"}: ${why}`, evidence, severity: "error" };
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
