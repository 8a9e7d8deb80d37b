import { beside } from "./beside.ts";
import { claude } from "./claude.ts";
import { concurrent } from "./concurrent.ts";
import { discovery } from "./discovery.ts";
import { held } from "./held.ts";
import { listed } from "./listed.ts";
import { leaves } from "./leaves.ts";
import { pages } from "./pages.ts";
import type { ProcedureSet } from "./procedure.ts";
import { unreachable } from "./unreachable.ts";
import { sweep } from "./sweep.ts";

/** Every procedure a case may name. */
export const PROCEDURES: ProcedureSet = {
  beside,
  claude,
  concurrent,
  discovery,
  held,
  leaves,
  listed,
  pages,
  sweep,
  unreachable,
};
