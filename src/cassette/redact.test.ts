import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bytes, request } from "../testing/cassettes.ts";
import { fill, FILLED } from "./filler.ts";
import { canonicalRequest } from "./normalise.ts";
import { collectProse } from "./prose.ts";
import { Redactor, type RedactorOptions } from "./redact.ts";
import { substitute } from "./substitute.ts";

const text = (body: Uint8Array): string => Buffer.from(body).toString();
const PROSE = 'You are an agent. Speak "plainly" — and\nnever guess 😀 the path C:\\x or é.';

function redactor(options: Partial<RedactorOptions> = {}): Redactor {
  return new Redactor({ profile: "published", ...options });
}

const SECRETS: [string, string][] = [
  ["an Anthropic key", "sk-ant-REDACT-ME-0123456789"],
  ["a bearer token", "Bearer abcdefghijklmnop1234"],
  ["a JWT", "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl"],
  ["an AWS key", "AKIAABCDEFGHIJKLMNOP"],
  ["a GitHub token", "ghp_0123456789abcdefghij"],
  ["a fine-grained GitHub token", "github_pat_0123456789abcdefghij"],
  ["an address", "jane.doe@corp.example"],
];

test.each(SECRETS)("%s leaves both hops, with the same stand-in, and no byte is added", (_, secret) => {
  const target = redactor();
  const front = JSON.stringify({ messages: [{ role: "user", content: `use\n${secret}, please` }] });
  const nested = JSON.stringify({ arguments: JSON.stringify({ command: `echo\n${secret}` }) });
  const stream = `data: {"t":"${secret}"}\n\n`;
  target.learnRequest(bytes(front));
  const cleaned = [front, nested, stream].map((body) => text(target.body(bytes(body))));
  const value = secret.replace("Bearer ", "");
  for (const [index, body] of cleaned.entries()) {
    expect(body).not.toContain(value);
    expect(bytes(body)).toHaveLength(bytes([front, nested, stream][index] ?? "").length);
  }
  const alias = /(REDACTED-[a-z]+-1-x*|r1x*)/.exec(cleaned[0] ?? "")?.[0] ?? "?";
  expect(cleaned[2]).toContain(alias);
  expect(JSON.parse(JSON.parse(cleaned[1] ?? "").arguments as string)).toEqual({
    command: `echo\n${secret.replace(value, alias)}`,
  });
});

test("known values, the device id and the user's name go too; redacting twice changes nothing", () => {
  const target = redactor({ user: "janedoe", secrets: ["hunter2hunter2"] });
  const device = "0f".repeat(32);
  const account_uuid = "0f0f0f0f-1111-2222-3333-444444444444";
  const body = JSON.stringify({
    metadata: { user_id: JSON.stringify({ device_id: device, account_uuid }) },
    a: "janedoe says hunter2hunter2, janedoes too",
  });
  target.learnRequest(bytes(body));
  const once = target.body(bytes(body));
  expect(text(once)).not.toMatch(/0f0f|hunter2|janedoe says/);
  expect(text(once)).toContain("janedoes too");
  const again = redactor();
  again.learnRequest(once);
  expect(text(again.body(once))).toBe(text(once));
});

test("folders go by an alias of the same length, in plain, escaped and slug form", () => {
  const target = redactor({ home: "/Volum/jane", cwd: "/Volum/jane/my.app" });
  const body = String.raw`{"a":"/Volum/jane/my.app/x","b":"\/Volum\/jane\/.claude/projects/-Volum-jane-my-app/m","c":"/Volum/janet"}`;
  expect(text(target.body(bytes(body)))).toBe(
    String.raw`{"a":"/cwdcw/cwdc/dcwdcw/x","b":"\/homeh\/meho\/.claude/projects/-cwdcw-cwdc-dcwdcw/m","c":"/Volum/janet"}`,
  );
  expect(target.places).toEqual({ home: "/homeh/meho", cwd: "/cwdcw/cwdc/dcwdcw" });
});

test("a folder of the model's server goes too, and the client's own names come first", () => {
  const target = redactor({ home: "/roof", folders: ["/roof", "/srv/models"] });
  const body = '{"a":"/roof/x","b":"/srv/models/m.gguf","c":"/srv/modelsx"}';
  expect(text(target.body(bytes(body)))).toBe('{"a":"/home/x","b":"/use/userus/m.gguf","c":"/srv/modelsx"}');
});

test("headers are kept by name alone", () => {
  const kept = redactor().headers([
    ["Authorization", "Bearer x"],
    ["x-api-key", "y"],
    ["Content-Type", "application/json"],
    ["Set-Cookie", "z"],
    ["X-Custom", "w"],
  ]);
  expect(kept).toEqual([["content-type", "application/json"]]);
});

const client = {
  model: "m",
  system: [
    { type: "text", text: "x-anthropic-billing-header: cc_version=1.2.3; cc_entrypoint=sdk-cli;" },
    { type: "text", text: PROSE },
  ],
  tools: [
    {
      name: "Bash",
      description: "Runs a command in a shell & reports <what> it printed",
      input_schema: { type: "object", properties: { description: { type: "string", description: "cwd" } } },
    },
  ],
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "<system-reminder>\nThe user's rules are as follows\n</system-reminder>" },
        { type: "text", text: "the user's own words stay as they are" },
      ],
    },
    { role: "system", content: "Environment: today is 2026-01-02 in the morning" },
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: "a",
          content: "12 files<system-reminder>Mind the gap between files</system-reminder>",
        },
      ],
    },
    { role: "user", content: "go on\n[Your previous response had no visible output. Try again, please]" },
  ],
};

test("the client's prose is found where it stands, and nothing else", () => {
  expect(collectProse(JSON.stringify(client)).map((prose) => prose.text.trim().slice(0, 20))).toEqual([
    "cc_version=1.2.3; cc",
    "You are an agent. Sp",
    "Runs a command in a ",
    "cwd",
    "The user's rules are",
    "Environment: today i",
    "Mind the gap between",
    "[Your previous respo",
  ]);
});

test("published: no prose is left on either hop, whoever escapes how, and lengths stay", () => {
  const target = redactor();
  const front = JSON.stringify(client);
  // A bridge that joins texts, and one that escapes as Go does.
  const joined = JSON.stringify({
    messages: [{ role: "system", content: `${PROSE}\n\nEnvironment: today is 2026-01-02 in the morning` }],
    tools: [{ function: client.tools[0] }],
  });
  const escaped = joined
    .replaceAll("<", String.raw`\u003c`)
    .replaceAll("&", String.raw`\u0026`)
    .replaceAll("é", String.raw`\u00e9`)
    .replaceAll("😀", String.raw`\ud83d\ude00`);
  target.learnRequest(bytes(front));
  const [frontClean = "", joinedClean = "", escapedClean = ""] = [front, joined, escaped].map((body) =>
    text(target.body(bytes(body))),
  );
  expect([frontClean, joinedClean, escapedClean].map((body) => bytes(body).length)).toEqual(
    [front, joined, escaped].map((body) => bytes(body).length),
  );
  expect(JSON.parse(escapedClean)).toEqual(JSON.parse(joinedClean));
  for (const body of [frontClean, joinedClean, escapedClean])
    expect(body).not.toMatch(/agent|plainly|Environment|command in|rules|gap|no visible/);
  const clean = JSON.parse(frontClean) as typeof client;
  const upstream = JSON.parse(joinedClean) as {
    messages: { content: string }[];
    tools: { function: unknown }[];
  };
  expect(upstream.messages[0]?.content).toBe(
    `${clean.system[1]?.text}\n\n${clean.messages[1]?.content as string}`,
  );
  expect(upstream.tools[0]?.function).toEqual(clean.tools[0]);
  expect(frontClean).toContain("the user's own words stay as they are");
  expect(frontClean).toContain("x-anthropic-billing-header:");
  expect(clean.tools[0]?.input_schema.properties.description.description).toHaveLength(3);
});

test("secrets: prose stays", () => {
  const target = redactor({ profile: "secrets" });
  const front = JSON.stringify(client);
  target.learnRequest(bytes(front));
  expect(text(target.body(bytes(front)))).toBe(front);
});

test("filler keeps characters, bytes, line ends and what JSON escapes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (original) => {
      const filled = fill(original, original);
      expect(filled).toHaveLength(original.length);
      expect(bytes(JSON.stringify(filled))).toHaveLength(bytes(JSON.stringify(original)).length);
      expect(filled.trim()).toHaveLength(original.trim().length);
    }),
  );
  expect(fill(PROSE, PROSE)).toMatch(/^\[prose:[0-9a-f]{12}\]~*"~*"~‖~~~~\n/);
});

function joined(note: string): string {
  return `before ${fill(note, "same")} after`;
}

test("filler is recognised whatever it stands between, and however long it is", () => {
  expect(joined(PROSE).replaceAll(FILLED, "[prose:$1]")).toBe(
    joined(`${PROSE}, and so on`).replaceAll(FILLED, "[prose:$1]"),
  );
});

function session(home: string, cwd: string, day: string): unknown {
  const target = redactor({ home, cwd });
  const body = JSON.stringify({
    system: `You are an agent, CWD: ${cwd}, memory in ${home}/.claude/projects/x. Date: ${day}`,
    messages: [{ role: "user", content: `list ${cwd}/a.txt of ${day}` }],
  });
  target.learnRequest(bytes(body));
  return canonicalRequest(request(text(target.body(bytes(body)))), target.places);
}

test("a session under another HOME, folder and day is the same after redaction", () => {
  const recorded = session("/roof", "/srv/one", "2026-01-02");
  expect(session("/home/somebody", "/home/somebody/else", "2027-10-20")).toEqual(recorded);
});

test("substitution is the same as replacing in decoded text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme", minLength: 3 }),
      (before, after, from) => {
        const to = fill(from, from);
        const raw = JSON.stringify({ key: before + from + after });
        const expected = { key: (before + from + after).split(from).join(to) };
        expect(JSON.parse(substitute(raw, [{ from, to, where: "part" }]))).toEqual(expected);
      },
    ),
  );
});
