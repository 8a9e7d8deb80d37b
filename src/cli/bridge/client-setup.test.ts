import { expect, test } from "vitest";
import { clientSetup } from "./client-setup.ts";

const plan = { baseUrl: "http://127.0.0.1:1", token: "t", model: "m", free: true, secrets: [] };
const facts = { contextWindow: 131_072, maxOutput: null, thinking: "none" as const };

test.each<[boolean | undefined, string[], number]>([
  [false, [], 1],
  [false, ["-p", "hello"], 1],
  [false, ["--tools", "Bash"], 1],
  [false, ["--tools", "", "-p", "hello"], 0],
  [false, ["--tools="], 0],
  [true, [], 0],
  [undefined, [], 0],
])("the model takes tools: %s; claude %j: %i warnings", (tools, args, count) => {
  const asked = { ...plan, facts: { ...facts, ...(tools === undefined ? {} : { tools }) } };
  const { warnings } = clientSetup(asked, args, {}, "/");
  expect(warnings).toHaveLength(count);
  expect(warnings.join(" ")).toMatch(count === 0 ? /^$/ : /the model "m" takes no tools: .*--tools ""/);
});
