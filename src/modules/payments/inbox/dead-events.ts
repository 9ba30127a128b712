import type { DeadLetterSource } from '../../../jobs/index.ts';
import { listDeadEvents, redriveEvents } from './queries.ts';

/** The queue and job that an event has among the dead letters. */
const shownAs = { queue: 'payments', job: 'payments.apply-event', eventId: null };

/** Events of payment providers that could not be applied. */
export const deadEvents: DeadLetterSource = {
  async list(db, before, limit) {
    const rows = await listDeadEvents(db, before?.failedAt ?? null, before?.id ?? null, limit);
    return rows.map((row) => ({ ...row, ...shownAs }));
  },
  async redrive(tx, ids) {
    const redriven = await redriveEvents(tx, ids);
    const { queue, job } = shownAs;
    return { letters: redriven.map(({ id }) => ({ id, queue, job })), sendable: [] };
  },
};
