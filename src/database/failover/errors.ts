/** None of the hosts can be written to. The message says why. */
export class NoPrimaryError extends Error {
  override name = 'NoPrimaryError';
}

/**
 * The connection leads to a server that is not written to any more, or its last COMMIT has not reached the synchronous
 * standby, so that the outcome of what it was told is unknown.
 */
export class DoubtfulConnectionError extends Error {
  override name = 'DoubtfulConnectionError';
}
