/** The client closed its connection; there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = "ClientGone" as const;

  constructor() {
    super("the client closed the connection");
  }
}
