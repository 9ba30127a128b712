import { serviceErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { isConnectionError } from './database-errors.ts';

/**
 * Returns whether the error means that the database is unavailable, so that the next statement would fail too. All
 * callers that distinguish this from errors in their own work use it. Whether waiting helps: `findUnfitDatabaseError`.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof CodedError) return error.definition === serviceErrors.unavailable;
  return (
    isConnectionError(error) ||
    isMissingSocket(error) ||
    (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable))
  );
}

/** The socket's folder is created when PostgreSQL starts. */
function isMissingSocket(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOENT' && syscall === 'connect';
}
