import type { Queryable } from '../../database/statement.ts';
import { findUnfinishedJobs } from '../../jobs/index.ts';
import { decideMailFacts, type MailFacts } from './mail-facts.ts';
import { mailJobId, type OrderMailJobData } from './mail-job.ts';
import {
  distinctOrderIds,
  type OrderMailSource,
  readOrderMailSources,
} from './order-mail-source.ts';
import { findMailEvents, findMailedStates } from './queries.ts';
import { mailEventTypes, whichMail } from './which-mail.ts';

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
  const [states, sources, earlierDueInMs] = await Promise.all([
    findMailedStates(db, distinctOrderIds(requests)),
    withSources ? readOrderMailSources(db, requests) : [],
    readEarlierMails(db, requests),
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
): Promise<ReadonlyMap<OrderMailJobData, number>> {
  const dueInMs = new Map<OrderMailJobData, number>();
  // A mail about an order's first event, as most are, has no earlier mail.
  const later = requests.filter(({ sequence }) => sequence > 1);
  if (later.length === 0) return dueInMs;
  const events = await findMailEvents(db, distinctOrderIds(later), mailEventTypes);
  const eventsByOrder = Map.groupBy(events, ({ orderId }) => orderId);
  const earlierJobIds = later.map(({ orderId, sequence }) =>
    (eventsByOrder.get(orderId) ?? [])
      .filter((event) => event.sequence < sequence && whichMail(event) !== null)
      .map(({ id }) => mailJobId(id)),
  );
  const unfinished = await findUnfinishedJobs(db, earlierJobIds.flat());
  const dueInMsById = new Map(unfinished.map((job) => [job.id, job.dueInMs]));
  for (const [index, one] of later.entries()) {
    const first = earlierJobIds[index]!.find((id) => dueInMsById.has(id));
    if (first !== undefined) dueInMs.set(one, dueInMsById.get(first)!);
  }
  return dueInMs;
}
