import { BackupError } from '../../database/backup/index.ts';
import { AlreadyOwnedError, EmbeddedServerError } from '../../database/embedded/index.ts';
import { MissingEncryptionKeyError } from '../../database/key-ring.ts';
import { LET_THE_OWNER, MigrationError } from '../../database/migration-error.ts';
import { isDatabaseUnavailable } from '../../database/unavailable.ts';
import { findUnfitDatabaseError } from '../../database/unfit-database.ts';
import { UnknownFormatError } from '../../seals/index.ts';
import { CodedError } from '../../shared/errors.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { UnusableDatabaseError } from '../faults/database-fault.ts';
import { CannotListenError } from '../faults/listen-fault.ts';
import { findInnermostCause, firstLine } from '../faults/network-fault.ts';
import { UsageError } from '../usage-error.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { ColumnMapError } from './import/column-map.ts';
import { FileError } from './import/file-error.ts';
import { ServerUnreachableError, UnexpectedReplyError } from './replay/api-client.ts';
import { InterruptedError } from './restore/until-interrupted.ts';

export interface Explanation {
  /** The text for the operator. */
  readonly text: string;
  readonly exitCode: ExitCode;
  /** Whether the error is unexpected, so that the stack helps more than a sentence. */
  readonly isBug: boolean;
}

/** Explains why a command ended, and what to do. */
export function explainError(error: unknown): Explanation {
  const explainExpected = (text: string, exitCode: ExitCode): Explanation => ({
    text,
    exitCode,
    isBug: false,
  });
  if (
    error instanceof ConfigurationError ||
    error instanceof MissingEncryptionKeyError ||
    error instanceof ColumnMapError ||
    error instanceof UnknownFormatError ||
    error instanceof UsageError
  ) {
    return explainExpected(error.message, exitCodes.usage);
  }
  if (
    error instanceof MigrationError ||
    error instanceof AlreadyOwnedError ||
    error instanceof EmbeddedServerError ||
    error instanceof UnusableDatabaseError ||
    error instanceof CannotListenError ||
    error instanceof ServerUnreachableError ||
    error instanceof UnexpectedReplyError ||
    error instanceof InterruptedError
  ) {
    return explainExpected(error.message, exitCodes.failed);
  }
  if (error instanceof FileError || error instanceof BackupError)
    return explainExpected(error.message, exitCodes.no);
  const unfitness = findUnfitDatabaseError(error);
  if (unfitness !== null) return explainExpected(unfitness.message, exitCodes.failed);
  if (isDatabaseUnavailable(error)) {
    return explainExpected(
      `The database cannot be reached: ${firstLine(findInnermostCause(error).message)}. Is it running, and is DATABASE_URL correct?`,
      exitCodes.failed,
    );
  }
  if (error instanceof CodedError) {
    const places = (error.details.errors ?? []).map(
      ({ pointer, detail }) => `${pointer}: ${detail}`,
    );
    return explainExpected([error.message, ...places].join('\n'), exitCodes.no);
  }
  return explainSystemError(error, explainExpected);
}

function explainSystemError(
  error: unknown,
  explainExpected: (text: string, exitCode: ExitCode) => Explanation,
): Explanation {
  const { code, message, path, syscall, errno } = (error ?? {}) as NodeJS.ErrnoException;
  switch (code) {
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
      return explainExpected(
        `The compressed file is damaged or incomplete: ${message}. Nothing was imported.`,
        exitCodes.no,
      );
    case 'ENOENT':
      if (path !== undefined)
        return explainExpected(`The file ${path} does not exist.`, exitCodes.usage);
      break;
    case 'EISDIR':
    case 'ENOTDIR':
      return explainExpected(
        `${path ?? 'The path'} is not a file, or part of its path is not a folder: ${message}.`,
        exitCodes.usage,
      );
    // insufficient_privilege
    case '42501':
      return explainExpected(
        `The user of DATABASE_URL lacks privileges: ${message}. ${LET_THE_OWNER}`,
        exitCodes.failed,
      );
    // undefined_table
    case '42P01':
      return explainExpected(
        `The database has not been migrated to this version: ${message}. Run "holdfast migrate".`,
        exitCodes.failed,
      );
  }
  // The operating system refused something; its message states what.
  if (errno !== undefined && syscall !== undefined) {
    return explainExpected(`The operating system refused: ${message}.`, exitCodes.failed);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text, exitCode: exitCodes.failed, isBug: true };
}
