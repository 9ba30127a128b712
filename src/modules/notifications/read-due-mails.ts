import type { Queryable } from '../../database/statement.ts';
import { findUnfinishedJobs } from '../../jobs/index.ts';
import { decideMailFacts, type MailFacts } from './mail-facts.ts';
import { mailJobId, type OrderMailJobData } from './mail-job.ts';
import {
  distinctOrderIds,
  type EventsByOrder,
  type OrderMailSource,
  readLaterEvents,
  readOrderMailSources,
} from './order-mail-source.ts';
import { findMailedStates } from './queries.ts';
import { whichMail } from './which-mail.ts';

/** The result of reading for one mail. */
export interface MailReading {
  /**
   * The time until the next attempt of the order's first unfinished earlier mail, 0 while it is being sent; null if all
   * have ended.
   */
  readonly earlierDueInMs: number | null;
  /** Null if no mail is due. */
  readonly facts: MailFacts | null;
  /** Undefined if only the facts were read. */
  readonly source: OrderMailSource | undefined;
}

/**
 * Reads for the mails about these events, all together. `withSources`: whether to read also what only their texts are
 * written from, which are not needed to record a mail that nothing sends.
 */
export async function readDueMails(
  db: Queryable,
  requests: readonly OrderMailJobData[],
  withSources: boolean,
): Promise<MailReading[]> {
  const events = readLaterEvents(db, requests);
  const [states, sources, earlierDueInMs] = await Promise.all([
    findMailedStates(db, distinctOrderIds(requests)),
    withSources ? readOrderMailSources(db, requests, events) : [],
    readEarlierMails(db, requests, events),
  ]);
  const stateByOrder = new Map(states.map((state) => [state.orderId, state]));
  return requests.map((one, index) => {
    const state = stateByOrder.get(one.orderId);
    return {
      earlierDueInMs: earlierDueInMs.get(one) ?? null,
      facts: state === undefined ? null : decideMailFacts(one.kind, state),
      source: sources[index],
    };
  });
}

/** Returns the time until the order's first unfinished earlier mail is due, for each request that has one. */
async function readEarlierMails(
  db: Queryable,
  requests: readonly OrderMailJobData[],
  reading: Promise<EventsByOrder>,
): Promise<ReadonlyMap<OrderMailJobData, number>> {
  const events = await reading;
  const earlierIdsOf = new Map<OrderMailJobData, string[]>();
  for (const one of requests) {
    const earlier = (events.get(one.orderId) ?? []).filter(
      (event) => event.sequence < one.sequence && whichMail(event) !== null,
    );
    if (earlier.length > 0)
      earlierIdsOf.set(
        one,
        earlier.map(({ id }) => mailJobId(id)),
      );
  }
  const dueInMs = new Map<OrderMailJobData, number>();
  if (earlierIdsOf.size === 0) return dueInMs;
  const unfinished = await findUnfinishedJobs(db, [...earlierIdsOf.values()].flat());
  const dueInMsById = new Map(unfinished.map((job) => [job.id, job.dueInMs]));
  for (const [one, ids] of earlierIdsOf) {
    const first = ids.find((id) => dueInMsById.has(id));
    if (first !== undefined) dueInMs.set(one, dueInMsById.get(first)!);
  }
  return dueInMs;
}
