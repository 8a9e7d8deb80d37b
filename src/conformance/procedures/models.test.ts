import { describe, expect, test } from "vitest";
import type { CaseSpec } from "../case.ts";
import { runCase } from "../run-case.ts";
import { embeddedWorld } from "../world.ts";
import { runOnTarget, type Target } from "../../testing/run-on-target.ts";

const MODELS = ["a", "b", "c"].map((id) => ({
  id,
  type: "model",
  capabilities: { image_input: { supported: id === "b" } },
}));

interface Faults {
  /** What a model's own route answers instead of its entry. */
  entry?: object;
  ignoresCursor?: boolean;
  losesFirst?: boolean;
  backwards?: boolean;
}

/** A list of three models with pages, and a 400 for each message. */
function lister(faults: Faults): Target {
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    const id = /^\/v1\/models\/(.+)$/.exec(url.pathname)?.[1];
    const json = (status: number, value: unknown): unknown =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (request.method === "POST")
      return json(400, { type: "error", error: { type: "invalid_request_error", message: "no" } });
    if (id !== undefined) return json(200, faults.entry ?? MODELS.find((model) => model.id === id));
    return json(200, page(url.searchParams, faults));
  };
}

function page(query: URLSearchParams, faults: Faults): object {
  const limit = Number(query.get("limit") ?? 20);
  const at = (name: string): number => MODELS.findIndex(({ id }) => id === query.get(name));
  const after = faults.ignoresCursor === true ? -1 : at("after_id");
  const before = at("before_id");
  const backwards = before !== -1 && faults.backwards !== true;
  const start = backwards ? Math.max(0, before - limit) : after + 1;
  const data = MODELS.slice(start, start + limit);
  const whole = limit > 1 && faults.losesFirst === true ? data.slice(1) : data;
  const more = backwards ? start > 0 : start + limit < MODELS.length;
  return { data: whole, has_more: more, first_id: data[0]?.id, last_id: data.at(-1)?.id };
}

const list = { name: "list", method: "GET", path: "/v1/models", expect: [{ status: 200 }] };

describe("pages", () => {
  const walk = (faults: Faults): Promise<string[]> =>
    runOnTarget(lister(faults), { procedure: "pages", sends: [list] });

  test("come by each model once", async () => {
    expect(await walk({})).toEqual([]);
  });

  test.each<[string, Faults, string[]]>([
    ["never end", { ignoresCursor: true }, ["after_id: after 200 pages there is still more"]],
    [
      "have what the list has not",
      { losesFirst: true },
      ["after_id: page by page the list is another", "before_id: page by page the list is another"],
    ],
    ["go forwards only", { backwards: true }, ["before_id: after 200 pages there is still more"]],
  ])("%s", async (_name, faults, found) => {
    expect(await walk(faults)).toEqual(found);
  });
});

describe("listed", () => {
  const entry = { name: "entry", method: "GET", path: "/v1/models/{id}", expect: [{ status: 200 }] };
  const run = (faults: Faults, args: object = {}): Promise<string[]> =>
    runOnTarget(lister(faults), { procedure: { listed: args }, sends: [list, entry] });

  test("models are what the list says", async () => {
    expect(await run({})).toEqual([]);
  });

  test("a model that is not what the list says", async () => {
    expect(await run({ entry: { id: "a", object: "model" } }, { most: 1 })).toEqual([
      "/v1/models/a is not what the list has",
    ]);
  });

  test("what is declared is tried, and only that", async () => {
    const image = { name: "an image", request: { model: "{id}" } };
    const found = await runOnTarget(lister({}), {
      procedure: { listed: { only: { "an image": "capabilities.image_input.supported" } } },
      sends: [list, image],
    });
    expect(found).toEqual(["[an image of b, json] answered 400 where a success was due"]);
  });
});

test("discovery is judged on the target as it is", async () => {
  const sends = [{ ...list, expect: [{ body: { matches: "claude" } }] }];
  expect(await runOnTarget(lister({}), { procedure: "discovery", sends })).toHaveLength(1);
});

test("and on bridges of our own whose model server is down or silent, each named", async () => {
  const world = await embeddedWorld("ollama", {}, AbortSignal.timeout(20_000));
  const sends = [{ ...list, expect: [{ body: { lacks: "claude" } }] }];
  const spec: CaseSpec = {
    id: "x.y",
    level: "MUST",
    kinds: ["wire"],
    title: "",
    spec: [],
    procedure: "discovery",
    sends,
  };
  try {
    const suite = { suite: "x", title: "", defaults: {}, cases: [spec] };
    const { findings } = await runCase({ spec, suite, kind: "wire" }, world);
    const places = findings.map(({ message }) => /^\(([^)]*)\)/.exec(message)?.[1]);
    expect(places).toEqual([undefined, "the model server is down", "the model server says nothing"]);
  } finally {
    await world.close();
  }
});
