import type { CaseSpec } from "../case.ts";
import { nameAndArguments } from "../rules/index.ts";
import { beside } from "./beside.ts";
import { claude } from "./claude.ts";
import { concurrent } from "./concurrent.ts";
import { disconnects } from "./disconnects.ts";
import { discovery } from "./discovery.ts";
import { encodings } from "./encodings.ts";
import { held } from "./held.ts";
import { listed } from "./listed.ts";
import { isolation } from "./isolation.ts";
import { leaves } from "./leaves.ts";
import { oneConnection } from "./one-connection.ts";
import { pages } from "./pages.ts";
import type { ProcedureSet } from "./procedure.ts";
import { unreachable } from "./unreachable.ts";
import { slowReader } from "./slow-reader.ts";
import { sweep } from "./sweep.ts";
import { task } from "./task.ts";

/** Every procedure a case may name. */
export const PROCEDURES: ProcedureSet = {
  beside,
  claude,
  concurrent,
  disconnects,
  discovery,
  encodings,
  held,
  isolation,
  leaves,
  listed,
  "one-connection": oneConnection,
  pages,
  "slow-reader": slowReader,
  sweep,
  task,
  unreachable,
};

/** Whether a live model works with the real client in it. */
export function isTask({ procedure }: Pick<CaseSpec, "procedure">): boolean {
  return procedure !== undefined && PROCEDURES[nameAndArguments(procedure)[0]]?.live === true;
}
