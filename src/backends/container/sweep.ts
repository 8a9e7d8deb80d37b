import { EngineRefusal, type EngineClient } from "./engine-client.ts";
import { LABEL, ownerIsGone, type Labels } from "./labels.ts";

interface Listed {
  Id: string;
  Labels?: Labels;
}

async function listed(engine: EngineClient, label: string): Promise<Listed[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  return (await engine.ask(`/containers/json?all=1&filters=${filters}`)) as Listed[];
}

/** Also one that still starts, and its anonymous volumes. One that goes by itself, or has gone, is no fault. */
async function remove(engine: EngineClient, id: string): Promise<void> {
  try {
    await engine.ask(`/containers/${id}?force=1&v=1`, { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof EngineRefusal && (error.status === 404 || error.status === 409))) throw error;
  }
}

/** Removes every container of one run. */
export async function sweepRun(engine: EngineClient, run: string): Promise<void> {
  for (const { Id } of await listed(engine, `${LABEL.run}=${run}`)) await remove(engine, Id);
}

/** Removes the containers of runs that were killed. Gives how many. */
export async function sweepDead(engine: EngineClient): Promise<number> {
  let removed = 0;
  for (const { Id, Labels: labels } of await listed(engine, LABEL.run)) {
    if (!(await ownerIsGone(labels ?? {}))) continue;
    await remove(engine, Id);
    removed++;
  }
  return removed;
}
