import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCassette } from "../cassette/read.ts";
import { scanCassette } from "../cassette/scan.ts";
import { spokenTexts } from "../cassette/spoken.ts";
import { scratch } from "../testing/cassettes.ts";
import { makePdf } from "../testing/pdf.ts";
import { chunk, recordRequests, sayText, turn } from "../testing/record-requests.ts";

const CANARY = {
  header: "canary-in-a-header-1234",
  env: "canary-in-the-environment-5678",
  upstreamKey: "canary-upstream-key-9012",
  file: "sk-canary0000000000000000",
  toolOutput: "ghp_canary00000000000000000000",
  mail: "canary.bird@coalmine.example.net",
};

const EVENT_STREAM = { "content-type": "text/event-stream" };

/** Says back what it was told, as a model may. */
const echo: RequestListener = (incoming, answer) => {
  incoming.resume();
  answer.writeHead(200, { ...EVENT_STREAM, "set-cookie": CANARY.header });
  answer.write(chunk({ role: "assistant", content: `Your key is ${CANARY.file}\n` }));
  answer.end(
    `${chunk({ content: `and ${CANARY.env}` })}${chunk({}, { finish_reason: "stop" })}data: [DONE]\n\n`,
  );
};

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("a canary in a header, the environment, a file or a tool's output is in no byte on disk", async () => {
  const { folder } = await recordRequests({
    upstream: echo,
    headers: { "x-custom": CANARY.header, cookie: CANARY.header },
    bodies: [
      turn(`My key:\n${CANARY.file}`),
      turn("go", {
        messages: [
          { role: "user", content: `In /home/jane/project: ${CANARY.env}` },
          {
            role: "assistant",
            content: [
              { type: "tool_use", id: "toolu_1", name: "Bash", input: { command: `echo\n${CANARY.mail}` } },
            ],
          },
          {
            role: "user",
            content: [
              {
                type: "tool_result",
                tool_use_id: "toolu_1",
                content: `${CANARY.toolOutput}\nby ${CANARY.mail}`,
              },
            ],
          },
        ],
        tools: [{ name: "Bash", input_schema: { type: "object", properties: {} } }],
      }),
    ],
    options: { env: { SOME_TOKEN: CANARY.env }, apiKey: CANARY.upstreamKey },
  });
  const texts = everyFile(folder).map((file) => readFileSync(file, "latin1"));
  for (const canary of [...Object.values(CANARY), "a-token-of-the-session", "/home/jane", "-home-jane"])
    expect(texts.filter((text) => text.includes(canary))).toEqual([]);
  expect(scanCassette(await readCassette(folder), Object.values(CANARY))).toEqual([]);
});

/** What leaves nothing behind: neither a cassette nor a part of one. */
async function refusal(session: Parameters<typeof recordRequests>[0]): Promise<unknown> {
  const folder = join(scratch(), "cassettes", "session");
  const error: unknown = await recordRequests({ ...session, options: { ...session.options, folder } }).catch(
    (caught: unknown) => caught,
  );
  expect([existsSync(folder), existsSync(`${folder}.partial`)]).toEqual([false, false]);
  return error;
}

const streamed =
  (...pieces: string[]): RequestListener =>
  (incoming, answer) => {
    incoming.resume();
    answer.writeHead(200, EVENT_STREAM);
    for (const content of pieces) answer.write(chunk({ content }));
    answer.end(`${chunk({}, { finish_reason: "stop" })}data: [DONE]\n\n`);
  };

test("a secret, or a folder, that a stream tells in pieces goes too, on both hops alike", async () => {
  const { folder, cassette } = await recordRequests({
    upstream: streamed(
      "Your ke",
      "y: sk-canary00",
      "00000000000000",
      " in /home/",
      "jane",
      "/project/",
      "a.txt",
    ),
    bodies: [turn("one")],
  });
  const told = [
    cassette.exchanges[0]?.upstream.at(-1)?.upstreamResponse.body,
    cassette.exchanges[0]?.bridgeResponse.body,
  ].map((body) => Buffer.from(body ?? []).toString());
  for (const text of told) {
    const content = spokenTexts(text).join("");
    expect(content).toContain("Your key: REDACTED-key-1-xxxxxxxxxx in /cwdc/dcwd/wdcwdcw/a.txt");
  }
  expect(scanCassette(await readCassette(folder), ["/home/jane"])).toEqual([]);
});

test("a secret that cannot be taken out keeps the session from being kept", async () => {
  const hidden = Buffer.from(`the key is ${CANARY.file}`).toString("base64");
  expect(await refusal({ upstream: streamed(hidden), bodies: [turn("one")] })).toMatchObject({
    code: "record-secret-left",
    message: expect.stringContaining("a secret (key) is still there, found in base64 of body") as string,
  });
});

test("a secret that stands in a PDF, where it cannot be taken out, keeps the session from being kept", async () => {
  const data = Buffer.from(makePdf([{ lines: [`Ask ${CANARY.mail}`] }], { compressed: true })).toString(
    "base64",
  );
  const source = { type: "base64", media_type: "application/pdf", data };
  const error = await refusal({
    upstream: sayText,
    bodies: [turn("one", { messages: [{ role: "user", content: [{ type: "document", source }] }] })],
  });
  expect(error).toMatchObject({
    code: "record-secret-left",
    message: expect.stringMatching(/a secret \(email\) .* a PDF/) as string,
  });
});

test("when the redacted request does not translate to the redacted translation, nothing is kept", async () => {
  // The API refuses such a name, but not its stand-in.
  const name = "jane.doe@corp.example";
  const error = await refusal({
    upstream: sayText,
    bodies: [turn("one", { tools: [{ name, input_schema: { type: "object" } }] })],
  });
  expect(error).toMatchObject({
    code: "record-not-closed-under-redaction",
    message: expect.stringContaining(
      "exchange 0001 number of upstream requests /length  recorded 0  got 1",
    ) as string,
  });
});
