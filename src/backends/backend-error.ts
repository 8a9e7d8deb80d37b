export type BackendErrorCode =
  /** There is no model server to use, or it does not have the model. */
  | "backend-missing"
  /** Nobody answers at the address. */
  | "backend-unreachable"
  /** The server answers, but not with what was asked. */
  | "backend-refused"
  /** Something had to be downloaded and nobody agreed to it. */
  | "backend-consent"
  /** A download of a model or an image failed. */
  | "backend-download"
  /** No container engine, or one that cannot be used. */
  | "backend-engine"
  /** The image is not here, not there, or no Ollama. */
  | "backend-image"
  /** The container did not come up, or ended. */
  | "backend-container"
  /** Ctrl-C, before the backend was there. */
  | "backend-interrupted";

/** The message says where it looked and what to do. */
export class BackendError extends Error {
  override readonly name = "BackendError";
  readonly code: BackendErrorCode;

  constructor(code: BackendErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** @throws BackendError `backend-interrupted` once the signal is aborted */
export function refuseWhenInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new BackendError("backend-interrupted", "stopped before the model was ready");
}
