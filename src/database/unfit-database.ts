import { CodedError } from '../shared/errors.ts';

/** The product must not work on this database. One sentence for each reason, which says what to do. */
export class UnfitDatabaseError extends Error {
  override name = 'UnfitDatabaseError';
}

/** The pooler has no second session for us, which may be over soon. One sentence, which says what to do. */
export class NoFreeSessionError extends Error {
  override name = 'NoFreeSessionError';
  /** Callers that only ask whether the database is away treat it as a connection that timed out. */
  readonly code = 'ETIMEDOUT';
}

/** PgBouncer's words, with the code 08P01 for "protocol violation", which it uses for all that it refuses. */
const STARTUP_REFUSED = /unsupported startup parameter/;

/** Why waiting does not help; null for an error that may be over soon, or that has nothing to do with connecting. */
export function findUnfitDatabaseError(error: unknown): UnfitDatabaseError | null {
  if (error instanceof UnfitDatabaseError) return error;
  if (error instanceof CodedError) return findUnfitDatabaseError(error.cause);
  if (!(error instanceof Error) || !STARTUP_REFUSED.test(error.message)) return null;
  return new UnfitDatabaseError(
    `The connection pooler refuses every connection: ${error.message}. Take "options" out of DATABASE_URL and PGOPTIONS out of the environment, or name the parameter in ignore_startup_parameters of the pooler.`,
    { cause: error },
  );
}
