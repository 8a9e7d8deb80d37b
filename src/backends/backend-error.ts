export type BackendErrorCode =
  /** There is no model server to use, or it does not have the model. */
  | "backend-missing"
  /** Nobody answers at the address. */
  | "backend-unreachable"
  /** The server answers, but not with a list of models. */
  | "backend-refused";

/** The message says where it looked and what to do. */
export class BackendError extends Error {
  override readonly name = "BackendError";
  readonly code: BackendErrorCode;

  constructor(code: BackendErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
