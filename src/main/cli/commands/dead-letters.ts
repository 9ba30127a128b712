import { randomBytes } from 'node:crypto';
import { listDeadLetters, redriveDeadLetters } from '../../../modules/operations/index.ts';
import { operatorAuthor } from '../../../shared/caller.ts';
import { isId } from '../../../shared/ids.ts';
import { createCursors, PAGE_LIMIT_MAX } from '../../../shared/pagination.ts';
import { formatTable, print, printError } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type NewDatabaseOption, withDatabase } from './with-database.ts';

export interface ListDeadLettersOptions extends NewDatabaseOption {
  readonly limit: number;
  readonly json?: boolean;
}

/** Lists the newest dead letters. */
export function listDeadLettersCommand({
  limit,
  json = false,
  ...option
}: ListDeadLettersOptions): Promise<ExitCode> {
  return withDatabase({ migrated: false, ...option }, async ({ database }) => {
    // Not given to any client: these cursors only lead from page to page here.
    const cursors = createCursors(randomBytes(32).toString('base64'));
    const rows = [];
    for (let cursor: string | null | undefined; rows.length < limit && cursor !== null; ) {
      const page = await listDeadLetters(database, cursors, {
        limit: Math.min(limit - rows.length, PAGE_LIMIT_MAX),
        ...(cursor === undefined ? {} : { cursor }),
      });
      rows.push(...page.data);
      cursor = page.nextCursor;
    }
    if (json) print(JSON.stringify(rows, null, 2));
    else if (rows.length === 0) print('There are no dead letters.');
    else {
      const cells = rows.map(({ id, queue, job, attempts, failedAt, error }) => [
        id,
        queue,
        job,
        attempts,
        failedAt,
        error ?? '',
      ]);
      print(formatTable(['id', 'queue', 'job', 'attempts', 'failed at', 'error'], cells));
    }
    return exitCodes.ok;
  });
}

export interface RedriveOptions extends NewDatabaseOption {
  readonly all?: boolean;
}

/** Gives dead letters all their attempts again; a running worker takes them within seconds. */
export async function redriveCommand(
  ids: readonly string[],
  { all = false, ...option }: RedriveOptions,
): Promise<ExitCode> {
  if (all === ids.length > 0) {
    printError('Pass the ids of dead letters, or --all.');
    return exitCodes.usage;
  }
  const wrong = ids.filter((id) => !isId(id));
  if (wrong.length > 0) {
    printError(`Not the id of a dead letter: ${wrong.join(', ')}`);
    return exitCodes.usage;
  }
  return withDatabase({ migrated: false, secrets: true, ...option }, async ({ database }) => {
    const redriven = await redriveDeadLetters(
      database,
      operatorAuthor('dead-letters redrive'),
      all ? 'all' : ids,
    );
    for (const { id, job } of redriven) print(`${id}  ${job}`);
    print(`${redriven.length} redriven.`);
    const found = new Set(redriven.map(({ id }) => id));
    const missing = ids.filter((id) => !found.has(id));
    if (missing.length > 0) printError(`Not dead letters: ${missing.join(', ')}`);
    return missing.length > 0 ? exitCodes.no : exitCodes.ok;
  });
}
