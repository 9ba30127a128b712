/** The embedded server cannot be used. The message tells the operator what to do. */
export class EmbeddedServerError extends Error {
  override readonly name = 'EmbeddedServerError';
}
