import { AlreadyOwnedError } from '../database/embedded/index.ts';
import { MigrationError } from '../database/migrate.ts';
import { unfitnessOf } from '../database/unfit-database.ts';
import { CodedError } from '../shared/errors.ts';
import { isAway } from './away.ts';
import { ConfigurationError } from './configuration-error.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { ColumnMapError } from './import/column-map.ts';
import { FileError } from './import/file-error.ts';
import { UnexpectedReply, Unreachable } from './replay/api-client.ts';
import { UsageError } from './usage-error.ts';

export interface Explanation {
  /** What an operator reads. */
  readonly text: string;
  readonly exitCode: ExitCode;
  /** Nobody foresaw it, so that the stack helps more than a sentence. */
  readonly isBug: boolean;
}

/** Why a command ended, in words that say what to do. */
export function explainError(error: unknown): Explanation {
  const foreseen = (text: string, exitCode: ExitCode): Explanation => ({
    text,
    exitCode,
    isBug: false,
  });
  if (
    error instanceof ConfigurationError ||
    error instanceof ColumnMapError ||
    error instanceof UsageError
  ) {
    return foreseen(error.message, exitCodes.usage);
  }
  if (
    error instanceof MigrationError ||
    error instanceof AlreadyOwnedError ||
    error instanceof Unreachable ||
    error instanceof UnexpectedReply
  ) {
    return foreseen(error.message, exitCodes.failed);
  }
  if (error instanceof FileError) return foreseen(error.message, exitCodes.no);
  const unfitness = unfitnessOf(error);
  if (unfitness !== null) return foreseen(unfitness.message, exitCodes.failed);
  if (isAway(error)) {
    return foreseen(
      `The database cannot be reached: ${innermost(error)}. Is it running, and is DATABASE_URL right?`,
      exitCodes.failed,
    );
  }
  if (error instanceof CodedError) {
    const places = (error.details.errors ?? []).map(
      ({ pointer, detail }) => `${pointer}: ${detail}`,
    );
    return foreseen([error.message, ...places].join('\n'), exitCodes.no);
  }
  return fromSystem(error, foreseen);
}

function fromSystem(
  error: unknown,
  foreseen: (text: string, exitCode: ExitCode) => Explanation,
): Explanation {
  const { code, message, port, path } = (error ?? {}) as NodeJS.ErrnoException & { port?: number };
  switch (code) {
    case 'EADDRINUSE':
      return foreseen(
        `Port ${port} is taken by another program. Stop that one, or set PORT.`,
        exitCodes.failed,
      );
    case 'EACCES':
    case 'EPERM':
    case 'ENOSPC':
    case 'EROFS':
      return foreseen(`${message}.`, exitCodes.failed);
    case 'EISDIR':
      return foreseen(`It takes a file, not a folder: ${message}.`, exitCodes.usage);
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
      return foreseen(
        `The packed file is broken or ends too early: ${message}. Nothing was taken from it.`,
        exitCodes.no,
      );
    case 'ENOENT':
      return foreseen(`There is no file ${path}.`, exitCodes.usage);
    // invalid_password, invalid_authorization_specification
    case '28P01':
    case '28000':
      return foreseen(
        `PostgreSQL refuses the sign-in: ${message}. Look at user and password in DATABASE_URL.`,
        exitCodes.failed,
      );
    // invalid_catalog_name
    case '3D000':
      return foreseen(
        `PostgreSQL has no such database: ${message}. Create it, or look at DATABASE_URL.`,
        exitCodes.failed,
      );
    // undefined_table
    case '42P01':
      return foreseen(
        `The database has not been migrated to this version: ${message}. Run "holdfast migrate".`,
        exitCodes.failed,
      );
    default: {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { text, exitCode: exitCodes.failed, isBug: true };
    }
  }
}

function innermost(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  if (inner instanceof AggregateError) inner = inner.errors[0];
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}
