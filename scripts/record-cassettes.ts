/**
 * Records the committed cassettes anew: `node scripts/record-cassettes.ts [NAME…]`. Remove the old
 * ones first; a recording never overwrites. The true model must be in reach (`npm run true-model`).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RECORDED_SESSIONS, runSession, type RecordedSession } from "../src/testing/recorded-sessions.ts";
import { startTrueModel } from "../src/testing/true-model.ts";

const wanted = process.argv.slice(2);

for (const session of RECORDED_SESSIONS) {
  if (wanted.length > 0 && !wanted.includes(session.name)) continue;
  process.stderr.write(await record(session));
}

async function record(session: RecordedSession): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "recording-"));
  const model = session.trueModel === true ? await startTrueModel() : null;
  try {
    const { engine } = session;
    const url = engine === undefined ? model?.baseUrl : process.env[engine.url];
    if (engine !== undefined && url === undefined) return `${session.name}: set ${engine.url} to record it\n`;
    const name = engine?.model ?? model?.model;
    const where =
      url === undefined || name === undefined ? [] : ["--backend", "url", "--base-url", url, "--model", name];
    const { exitCode, stdout, stderr } = await runSession(session, {
      home: join(folder, "home"),
      cwd: join(folder, "project"),
      command: [
        "record",
        session.name,
        "--dir",
        join(process.cwd(), "cassettes"),
        "--provider",
        session.provider,
        ...where,
      ],
    });
    if (exitCode !== 0 || !session.answer.test(stdout)) process.exitCode = 1;
    return session.answer.test(stdout) ? stderr : `${session.name}: another answer than expected\n${stderr}`;
  } finally {
    await model?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
