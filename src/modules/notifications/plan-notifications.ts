import type { Transaction } from '../../database/database.ts';
import type { LoggedEvent } from '../../events/index.ts';
import type { NewJob } from '../../jobs/index.ts';
import { orderMailJob } from './mail-job.ts';
import { whichMail } from './which-mail.ts';

/**
 * Returns one job for each mail that follows from the events. Writes nothing: the job determines whether a mail is due.
 */
export async function planNotifications(
  _tx: Transaction,
  events: readonly LoggedEvent[],
): Promise<readonly NewJob[]> {
  return events.flatMap((event) => {
    const kind = whichMail(event);
    return kind === null ? [] : [orderMailJob(event, kind)];
  });
}
