import { claude } from "./claude.ts";
import { concurrent } from "./concurrent.ts";
import type { ProcedureSet } from "./procedure.ts";

/** Every procedure a case may name. */
export const PROCEDURES: ProcedureSet = { claude, concurrent };
