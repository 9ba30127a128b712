import { serviceErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { isConnectionError } from './database-errors.ts';

/**
 * The database cannot be used right now, so the next statement would fail too. The one question for all who tell that
 * apart from a fault of their own work. Whether waiting can help is said by `unfitnessOf`.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof CodedError) return error.definition === serviceErrors.unavailable;
  return (
    isConnectionError(error) ||
    isMissingSocket(error) ||
    (error instanceof AggregateError && error.errors.some(isDatabaseAway))
  );
}

/** Its folder is made when PostgreSQL starts. */
function isMissingSocket(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOENT' && syscall === 'connect';
}
