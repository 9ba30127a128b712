import { CodedError } from '../shared/errors.ts';

/** The product must not run on this database. The message states the reason and what to do. */
export class UnfitDatabaseError extends Error {
  override name = 'UnfitDatabaseError';
}

/** The pooler has no second session available, which may be temporary. The message states what to do. */
export class NoFreeSessionError extends Error {
  override name = 'NoFreeSessionError';
  /** Callers that only check whether the database is unavailable treat this as a connection timeout. */
  readonly code = 'ETIMEDOUT';
}

/** PgBouncer's message. Its code is 08P01, "protocol violation", which PgBouncer uses for all refusals. */
const STARTUP_REFUSED = /unsupported startup parameter/;

/** Returns why waiting does not help, or null for an error that may be temporary or does not concern connecting. */
export function findUnfitDatabaseError(error: unknown): UnfitDatabaseError | null {
  if (error instanceof UnfitDatabaseError) return error;
  if (error instanceof CodedError) return findUnfitDatabaseError(error.cause);
  if (!(error instanceof Error) || !STARTUP_REFUSED.test(error.message)) return null;
  return new UnfitDatabaseError(
    `The connection pooler refuses every connection: ${error.message}. Remove "options" from DATABASE_URL and PGOPTIONS from the environment, or list the parameter in ignore_startup_parameters of the pooler.`,
    { cause: error },
  );
}
