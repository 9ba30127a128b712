import type { Database, Transaction } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { Queryable } from '../../database/statement.ts';
import type { RequestContext } from '../../http/index.ts';
import { type JobRegistry, redriveJobs } from '../../jobs/index.ts';
import { CodedError } from '../../shared/errors.ts';
import { type Cursors, PAGE_LIMIT_DEFAULT, type Page, pageOf } from '../../shared/pagination.ts';
import { redriveEvents } from '../payments/index.ts';
import { operationsErrors } from './errors.ts';
import { type DeadLetterRow, findDeadLetters } from './queries.ts';
import type { DeadLetterView, ListDeadLettersInput, RedriveView } from './schemas.ts';

/** As an event of a payment provider shows among the dead letters. */
const inboxJob = { queue: 'payments', job: 'payments.apply-event' };

/** Work that was given up, newest first: jobs of every queue, and events of payment providers. */
export async function listDeadLetters(
  db: Queryable,
  cursors: Cursors,
  input: ListDeadLettersInput,
): Promise<Page<DeadLetterView>> {
  const limit = input.limit ?? PAGE_LIMIT_DEFAULT;
  const filters = { list: 'dead-letters' };
  const [beforeAt = null, beforeId = null] =
    input.cursor === undefined ? [] : (cursors.decode(filters, input.cursor) as [string, string]);
  const rows = await findDeadLetters(db, beforeAt, beforeId, limit + 1);
  return pageOf(rows, limit, presentDeadLetter, (last) =>
    cursors.encode(filters, [last.failedAt.toISOString(), last.id]),
  );
}

/** Gives one all its tries again. Throws `operations.not_found`, also when it is dead no more. */
export async function redriveDeadLetter(
  database: Database,
  jobs: Pick<JobRegistry, 'sendRows'>,
  { claim }: RequestContext,
  id: string,
): Promise<Once<RedriveView>> {
  let sendable: Redriven['jobs'] = [];
  const outcome = await once(database, claim, async (tx) => {
    const redriven = await redrive(tx, [id]);
    sendable = redriven.jobs;
    const [one] = redriven.views;
    if (one === undefined) throw new CodedError(operationsErrors.notFound);
    return one;
  });
  await jobs.sendRows(sendable);
  return outcome;
}

/** For the command line, which carries nothing itself: a running worker sends them within seconds. */
export async function redriveDeadLetters(
  database: Database,
  ids: readonly string[] | 'all',
): Promise<readonly RedriveView[]> {
  const { views } = await database.transaction((tx) =>
    redrive(tx, ids === 'all' ? null : [...ids]),
  );
  return views;
}

interface Redriven {
  readonly views: readonly RedriveView[];
  readonly jobs: Awaited<ReturnType<typeof redriveJobs>>;
}

/** Ids of both kinds are of one space: an event's is never a job's. */
async function redrive(tx: Transaction, ids: string[] | null): Promise<Redriven> {
  const [jobs, events] = await Promise.all([redriveJobs(tx, ids), redriveEvents(tx, ids)]);
  const views = [
    ...jobs.map(({ id, queue, name }) => ({ id, queue, job: name })),
    ...events.map(({ id }) => ({ id, ...inboxJob })),
  ];
  return { views, jobs };
}

function presentDeadLetter(row: DeadLetterRow): DeadLetterView {
  return { ...row, failedAt: row.failedAt.toISOString() };
}
