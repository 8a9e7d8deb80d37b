import { claude } from "./claude.ts";
import { concurrent } from "./concurrent.ts";
import { held } from "./held.ts";
import { leaves } from "./leaves.ts";
import type { ProcedureSet } from "./procedure.ts";
import { unreachable } from "./unreachable.ts";
import { sweep } from "./sweep.ts";

/** Every procedure a case may name. */
export const PROCEDURES: ProcedureSet = { claude, concurrent, held, leaves, sweep, unreachable };
