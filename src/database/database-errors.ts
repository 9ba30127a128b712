import { invalidInput, unavailable } from '../shared/common-errors.ts';
import { CodedError, type ErrorDefinition } from '../shared/errors.ts';
import { isTlsErrorCode } from '../shared/tls-error.ts';
import { DoubtfulConnectionError, NoPrimaryError } from './failover/errors.ts';
import { UnfitDatabaseError } from './unfit-database.ts';

/** Source of the codes: PostgreSQL documentation, Appendix A "PostgreSQL Error Codes". */
const RETRYABLE = new Set(['40001', '40P01']);
const TIMEOUTS = new Set(['57014', '55P03']);
const UNREADABLE_TEXT = new Set(['22021', '22P05']);
/** Classes of errors of the server rather than the request: connection, resources, operator intervention, system. */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57', '58']);
/**
 * The prepared statement does not exist: an earlier statement of the connection failed while it was being prepared, for
 * one of the reasons here. Or, as when it already exists, a pooler assigns the connection the sessions of others.
 */
const PREPARED_CODES = new Set(['26000', '42P05']);
/** Lock not available; read-only transaction (a demoted primary). */
const UNAVAILABLE_CODES = new Set(['55P03', '25006']);
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** `pg` reports these without a code. */
const DRIVER_MESSAGES =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|timeout expired|Cannot use a pool after calling end|The server does not support|There was an error establishing an SSL connection)/;

const CLIENT_TIMEOUTS = /^(Query read timeout|timeout expired)/;

interface PostgresError extends Error {
  readonly code?: string;
  readonly constraint?: string;
}

export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(findSqlState(error));
}

/** Returns whether the statement was skipped because an earlier one of its transaction had failed. */
export function isAfterFailure(error: unknown): boolean {
  return findSqlState(error) === '25P02';
}

/** Returns whether the statement violated this constraint, which is not mapped to a refusal. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof Error && (error as PostgresError).constraint === constraint;
}

/** Returns whether the statement exceeded its time limit. Its connection is still usable. */
export function isTimeout(error: unknown): boolean {
  return TIMEOUTS.has(findSqlState(error));
}

/** Returns whether a prepared statement did not exist, or already existed. */
export function isPreparedStatementError(error: unknown): boolean {
  return PREPARED_CODES.has(findSqlState(error));
}

export function isPrivilegeError(error: unknown): boolean {
  return findSqlState(error) === '42501';
}

/** Returns whether no schema of the search path exists to create objects in. */
export function isSchemaMissing(error: unknown): boolean {
  return findSqlState(error) === '3F000';
}

/** Returns whether the server did not respond within the client's time limit. */
export function isClientTimeout(error: unknown): boolean {
  return error instanceof Error && CLIENT_TIMEOUTS.test(error.message);
}

/** Returns whether the connection itself is unusable. */
export function isConnectionError(error: unknown): boolean {
  const code = findSqlState(error);
  return (
    SOCKET_CODES.has(code) ||
    isTlsErrorCode(code) ||
    code.startsWith('08') ||
    code.startsWith('57P') ||
    code === '25006' ||
    PREPARED_CODES.has(code) ||
    error instanceof UnfitDatabaseError ||
    error instanceof NoPrimaryError ||
    error instanceof DoubtfulConnectionError ||
    (error instanceof Error && DRIVER_MESSAGES.test(error.message))
  );
}

/**
 * Translates the error of a statement for the caller: a mapped constraint becomes its refusal, an unavailable database
 * a 503. Any other error is a bug and is returned unchanged.
 */
export function toCodedError(
  error: unknown,
  constraints: Readonly<Record<string, ErrorDefinition>>,
): unknown {
  if (error instanceof CodedError || !(error instanceof Error)) return error;
  const { constraint } = error as PostgresError;
  const refusal = constraint === undefined ? undefined : constraints[constraint];
  if (refusal !== undefined) return new CodedError(refusal, { cause: error });
  const code = findSqlState(error);
  if (UNREADABLE_TEXT.has(code))
    return invalidInput('', 'A text contains a character that cannot be stored.');
  const unavailableError =
    isConnectionError(error) ||
    RETRYABLE.has(code) ||
    UNAVAILABLE_CODES.has(code) ||
    (code.length === 5 && UNAVAILABLE_CLASSES.has(code.slice(0, 2)));
  return unavailableError ? unavailable(error) : error;
}

function findSqlState(error: unknown): string {
  const code = error instanceof Error ? (error as PostgresError).code : undefined;
  return typeof code === 'string' ? code : '';
}
