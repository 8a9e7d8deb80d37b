import { setTimeout as sleep } from "node:timers/promises";

/** Waits until a growing number has not changed for half a second, and tells it. */
export async function untilSettled(read: () => number): Promise<number> {
  let value = read();
  for (let quiet = 0; quiet < 10; quiet++) {
    await sleep(50);
    if (read() === value) continue;
    value = read();
    quiet = -1;
  }
  return value;
}
