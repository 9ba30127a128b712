import { type AuditEntry, recordAudit } from '../../audit/index.ts';
import type { Database } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { Queryable } from '../../database/statement.ts';
import type { RequestContext } from '../../http/index.ts';
import {
  type DeadLetterRow,
  deadJobs,
  type JobRegistry,
  listDeadLetters as listNewest,
  type RedrivenLetters,
  redriveDeadLetters as redrive,
} from '../../jobs/index.ts';
import type { Author } from '../../shared/caller.ts';
import { CodedError } from '../../shared/errors.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { deadEvents } from '../payments/index.ts';
import { operationsErrors } from './errors.ts';
import type { DeadLetterView, ListDeadLettersInput, RedriveView } from './schemas.ts';

/** All sources of dead letters. Webhook deliveries and mails are jobs. */
const sources = [deadJobs, deadEvents];

/** Lists dead letters, newest first. */
export async function listDeadLetters(
  db: Queryable,
  cursors: Cursors,
  input: ListDeadLettersInput,
): Promise<Page<DeadLetterView>> {
  const limit = input.limit ?? PAGE_LIMIT_DEFAULT;
  const filters = { list: 'dead-letters' };
  let before = null;
  if (input.cursor !== undefined) {
    const [failedAt, id] = cursors.decode(filters, input.cursor) as [string, string];
    before = { failedAt, id };
  }
  const rows = await listNewest(db, sources, before, limit + 1);
  return buildPage(rows, limit, presentDeadLetter, (last) =>
    cursors.encode(filters, [last.failedAt.toISOString(), last.id]),
  );
}

/** Redrives a dead letter. Throws `operations.not_found`, also if it is no longer dead. */
export async function redriveDeadLetter(
  database: Database,
  jobs: Pick<JobRegistry, 'sendRows'>,
  context: RequestContext,
  id: string,
): Promise<Once<RedriveView>> {
  let sendable: RedrivenLetters['sendable'] = [];
  const outcome = await once(database, context.claim, async (tx) => {
    const redriven = await redrive(tx, sources, [id]);
    sendable = redriven.sendable;
    const [one] = redriven.letters;
    if (one === undefined) throw new CodedError(operationsErrors.notFound);
    await recordAudit(tx, context, [describeRedrive(one)]);
    return one;
  });
  await jobs.sendRows(sendable);
  return outcome;
}

/**
 * Redrives dead letters from the command line, which sends no jobs itself: a running worker sends them within seconds.
 */
export async function redriveDeadLetters(
  database: Database,
  author: Author,
  ids: readonly string[] | 'all',
): Promise<readonly RedriveView[]> {
  return database.transaction(async (tx) => {
    const { letters } = await redrive(tx, sources, ids === 'all' ? null : [...ids]);
    await recordAudit(tx, author, letters.map(describeRedrive));
    return letters;
  });
}

function describeRedrive({ id, queue, job }: RedriveView): AuditEntry {
  return { type: 'dead_letter.redriven', subjectId: id, before: null, after: { queue, job } };
}

function presentDeadLetter(row: DeadLetterRow): DeadLetterView {
  return { ...row, failedAt: row.failedAt.toISOString() };
}
