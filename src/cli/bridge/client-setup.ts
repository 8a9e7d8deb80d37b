import { cleanEnvironment } from "../../launch/environment.ts";
import { otherSettings } from "../../launch/other-settings.ts";
import { withPermissionMode } from "../../launch/permission-mode.ts";
import { withoutPrice } from "../../launch/pricing.ts";
import { profileOf, type ModelFacts } from "../../launch/profile.ts";
import { withSettings } from "../../launch/settings.ts";

export interface ClientPlan {
  baseUrl: string;
  token: string;
  model: string;
  facts: ModelFacts;
  /** `--max-output-tokens`. */
  maxOutputTokens?: number;
  /** The model costs nothing. */
  free: boolean;
  /** Values that the client must not see. */
  secrets: readonly string[];
}

export interface ClientSetup {
  env: Record<string, string>;
  args: string[];
  /** For `--debug`. */
  remarks: string[];
  warnings: string[];
}

/** How Claude Code is started on a model: its variables and arguments, and what there is to say of them. */
export function clientSetup(
  plan: ClientPlan,
  claudeArgs: readonly string[],
  inherited: NodeJS.ProcessEnv,
  cwd: string,
): ClientSetup {
  const { baseUrl, token, model, facts, maxOutputTokens, free, secrets } = plan;
  const own = inherited["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] ?? "";
  const output = maxOutputTokens ?? (/^[1-9]\d*$/.test(own) ? Number(own) : null);
  const profile = profileOf(facts, output);
  const { env, removed } = cleanEnvironment(
    inherited,
    { baseUrl, token, model, defaults: profile.variables },
    secrets,
  );
  // An option outdoes a variable of the user's.
  if (maxOutputTokens !== undefined) env["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] = String(maxOutputTokens);
  const { ignored, heeded } = otherSettings(inherited, cwd, Object.keys(profile.variables));
  const args = withSettings(withPermissionMode(claudeArgs, inherited, cwd));
  return {
    env,
    args: free ? withoutPrice(args, model) : args,
    warnings: [...toolless(plan, claudeArgs), ...profile.warnings],
    remarks: [
      `removed from its environment: ${removed.join(", ") || "nothing"}`,
      ...profile.remarks,
      ...ignored.map((setting) => `a setting has no effect on this session: ${setting}`),
      ...heeded.map((setting) => `a setting of yours wins over what the model needs: ${setting}`),
    ],
  };
}

/** Every request with tools would be refused, and Claude Code sends some in each unless it is told not to. */
function toolless({ model, facts }: ClientPlan, claudeArgs: readonly string[]): string[] {
  const at = claudeArgs.indexOf("--tools");
  const none = claudeArgs.includes("--tools=") || (at !== -1 && claudeArgs[at + 1] === "");
  if (facts.tools !== false || none) return [];
  return [`the model "${model}" takes no tools: choose one that does, or start with --tools "" to talk only`];
}
