import { describeDifference } from "../cassette/diff.ts";
import type { Finding } from "./compare.ts";

/** `exchange 0003 upstream /0/body/messages/4/content  recorded … got …` */
export function describeFinding({ exchange, hop, difference, kind }: Finding): string {
  const what = kind === "count" && difference.pointer === "/length" ? "number of upstream requests" : hop;
  return `exchange ${exchange} ${what} ${describeDifference(difference)}`;
}
