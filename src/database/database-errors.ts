import { invalidInput, unavailable } from '../shared/common-errors.ts';
import { CodedError, type ErrorDefinition } from '../shared/errors.ts';
import { UnfitDatabaseError } from './unfit-database.ts';

/** Source of the codes: PostgreSQL documentation, Appendix A "PostgreSQL Error Codes". */
const RETRYABLE = new Set(['40001', '40P01']);
const TIMEOUTS = new Set(['57014', '55P03']);
const UNREADABLE_TEXT = new Set(['22021', '22P05']);
/** Classes in which the server, not the request, is at fault: connection, resources, operator intervention, system. */
const AWAY_CLASSES = new Set(['08', '53', '57', '58']);
/**
 * No such prepared statement: what was asked before on the same connection failed while it was being prepared, for one of
 * the reasons here; or, as with one that is there already, a pooler gives the connection the sessions of others.
 */
const PREPARED_CODES = new Set(['26000', '42P05']);
/** Lock not available; read-only transaction (a primary that was demoted). */
const AWAY_CODES = new Set(['55P03', '25006']);
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
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|timeout expired|Cannot use a pool after calling end|The server does not support)/;

const CLIENT_TIMEOUTS = /^(Query read timeout|timeout expired)/;

interface PostgresError extends Error {
  readonly code?: string;
  readonly constraint?: string;
}

export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(findSqlState(error));
}

/** The statement was not looked at, because an earlier one of its transaction had failed. */
export function isAfterFailure(error: unknown): boolean {
  return findSqlState(error) === '25P02';
}

/** The statement broke this constraint, which stands for no refusal. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof Error && (error as PostgresError).constraint === constraint;
}

/** The statement waited or ran longer than it may; its connection is good. */
export function isTimeout(error: unknown): boolean {
  return TIMEOUTS.has(findSqlState(error));
}

/** A prepared statement was not there, or was there already. */
export function isPreparedStatementError(error: unknown): boolean {
  return PREPARED_CODES.has(findSqlState(error));
}

export function isPrivilegeError(error: unknown): boolean {
  return findSqlState(error) === '42501';
}

/** No schema of the search path is there to create in. */
export function isSchemaMissing(error: unknown): boolean {
  return findSqlState(error) === '3F000';
}

/** The server did not answer in the time that we give it. */
export function isClientTimeout(error: unknown): boolean {
  return error instanceof Error && CLIENT_TIMEOUTS.test(error.message);
}

/** The connection itself is of no more use. */
export function isConnectionError(error: unknown): boolean {
  const code = findSqlState(error);
  return (
    SOCKET_CODES.has(code) ||
    code.startsWith('08') ||
    code.startsWith('57P') ||
    code === '25006' ||
    PREPARED_CODES.has(code) ||
    error instanceof UnfitDatabaseError ||
    (error instanceof Error && DRIVER_MESSAGES.test(error.message))
  );
}

/**
 * What a failed statement means to a caller: a named constraint is its refusal, a database that is away is a 503, and
 * anything else is thrown on as the bug that it is.
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
    return invalidInput('', 'A text holds a character that cannot be stored.');
  const unavailableError =
    isConnectionError(error) ||
    RETRYABLE.has(code) ||
    AWAY_CODES.has(code) ||
    (code.length === 5 && AWAY_CLASSES.has(code.slice(0, 2)));
  return unavailableError ? unavailable(error) : error;
}

function findSqlState(error: unknown): string {
  const code = error instanceof Error ? (error as PostgresError).code : undefined;
  return typeof code === 'string' ? code : '';
}
