import type { DeadLetterSource } from './dead-letters.ts';
import { listDeadJobs, redriveJobs } from './operate-queries.ts';

/** The dead jobs of every queue. */
export const deadJobs: DeadLetterSource = {
  list: (db, before, limit) =>
    listDeadJobs(db, before?.failedAt ?? null, before?.id ?? null, limit),
  async redrive(tx, ids) {
    const sendable = await redriveJobs(tx, ids);
    return { letters: sendable.map(({ id, queue, name }) => ({ id, queue, job: name })), sendable };
  },
};
