/** A request that is refused: the dialect wraps the message into its own error body. */
export class HttpFailure extends Error {
  override readonly name: string = "HttpFailure";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Refused by the runner, behind the server: on a stream its answer is chunked. */
export class RunnerFailure extends HttpFailure {
  override readonly name: string = "RunnerFailure";
}

/** The prompt does not fit; the message is the runner's JSON, as Ollama passes it on. */
export class PromptTooLong extends RunnerFailure {
  override readonly name = "PromptTooLong";
  readonly tokens: number;
  readonly limit: number;

  constructor(tokens: number, limit: number) {
    const message = `request (${tokens} tokens) exceeds the available context size (${limit} tokens), try increasing it`;
    const error = {
      code: 400,
      message,
      type: "exceed_context_size_error",
      n_prompt_tokens: tokens,
      n_ctx: limit,
    };
    super(400, JSON.stringify({ error }));
    this.tokens = tokens;
    this.limit = limit;
  }
}

/** The body does not have the shape of the dialect: found before the model is looked for. */
export class BindFailure extends HttpFailure {
  override readonly name = "BindFailure";

  constructor(message: string) {
    super(400, message);
  }
}
