/** An option that cannot be used. The message names the option. */
export class BridgeOptionsError extends Error {
  override readonly name = "BridgeOptionsError" as const;
  readonly code = "usage";
}
