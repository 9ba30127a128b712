import { serviceErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { isConnectionFault } from './database-errors.ts';
import { unfitnessOf } from './unfit-database.ts';

/** PostgreSQL says "the database system is starting up" and the like with this code. */
const CANNOT_CONNECT_NOW = '57P03';

/** The database cannot be reached right now, and may be later. */
export function isAway(error: unknown): boolean {
  if (unfitnessOf(error) !== null) return false;
  if (error instanceof CodedError) return error.definition === serviceErrors.unavailable;
  return (
    isConnectionFault(error) ||
    isMissingSocket(error) ||
    (error instanceof AggregateError && error.errors.some(isAway)) ||
    (error as { code?: unknown } | null)?.code === CANNOT_CONNECT_NOW
  );
}

/** Its folder is made when PostgreSQL starts. */
function isMissingSocket(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOENT' && syscall === 'connect';
}
