import type { Finding } from "../../strict/finding.ts";
import type { UpstreamCall } from "../exchange.ts";
import { finding, rule, type Rule, type RuleContext } from "./rule.ts";

type LastJudge<A> = (context: RuleContext, args: A, call: UpstreamCall) => Finding[];

/** A rule over the last upstream request; that there is none is a finding. */
export function onLast<A>(args: object, judge: LastJudge<A>): Rule<A> {
  return rule<A>(args, (context, given) => {
    const { upstream, text } = context.exchange;
    if (upstream === null) return [];
    const last = upstream.at(-1);
    return last === undefined
      ? [finding("no request reached the upstream", text)]
      : judge(context, given, last);
  });
}
