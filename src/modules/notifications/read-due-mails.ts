import type { Queryable } from '../../database/statement.ts';
import { findUnfinishedJobs } from '../../jobs/index.ts';
import { decideMailFacts, type MailFacts } from './mail-facts.ts';
import { mailJobId, type OrderMailJobData } from './mail-job.ts';
import {
  distinctOrderIds,
  type OrderMailSource,
  readOrderMailSources,
} from './order-mail-source.ts';
import { findMailEvents, findMailedStates, type MailEventRow } from './queries.ts';
import { mailEventTypes, whichMail } from './which-mail.ts';

/** The result of reading for one mail. */
export interface MailReading extends EarlierEvents {
  /** Null if no mail is due. */
  readonly facts: MailFacts | null;
  /** Undefined if only the facts were read. */
  readonly source: OrderMailSource | undefined;
}

/** What the order's earlier events mean for a mail. */
interface EarlierEvents {
  /**
   * The time until the next attempt of the order's first unfinished earlier mail, 0 while it is being sent; null if all
   * have ended.
   */
  readonly earlierDueInMs: number | null;
  /** Whether the mail of the event before states the same. */
  readonly isTold: boolean;
}

const noEarlier: EarlierEvents = { earlierDueInMs: null, isTold: false };

/**
 * Reads for the mails about these events, all together. `withSources`: whether to read also what only their texts are
 * written from, which are not needed to record a mail that nothing sends.
 */
export async function readDueMails(
  db: Queryable,
  requests: readonly OrderMailJobData[],
  withSources: boolean,
): Promise<MailReading[]> {
  const [states, sources, earlier] = await Promise.all([
    findMailedStates(db, distinctOrderIds(requests)),
    withSources ? readOrderMailSources(db, requests) : [],
    readEarlierEvents(db, requests),
  ]);
  const stateByOrder = new Map(states.map((state) => [state.orderId, state]));
  return requests.map((one, index) => {
    const state = stateByOrder.get(one.orderId);
    const before = earlier.get(one) ?? noEarlier;
    const isDue = state !== undefined && !before.isTold;
    return {
      ...before,
      facts: isDue ? decideMailFacts(one.kind, state) : null,
      source: sources[index],
    };
  });
}

/** Returns what earlier events mean, for each request that may have one. */
async function readEarlierEvents(
  db: Queryable,
  requests: readonly OrderMailJobData[],
): Promise<ReadonlyMap<OrderMailJobData, EarlierEvents>> {
  const found = new Map<OrderMailJobData, EarlierEvents>();
  // A mail about an order's first event, as most are, has no earlier mail.
  const later = requests.filter(({ sequence }) => sequence > 1);
  if (later.length === 0) return found;
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
    found.set(one, {
      earlierDueInMs: first === undefined ? null : dueInMsById.get(first)!,
      isTold: isToldBefore(one, eventsByOrder.get(one.orderId) ?? []),
    });
  }
  return found;
}

/** Returns whether one change was of time and details: the mail about the time shows the details, too. */
function isToldBefore(
  { kind, sequence }: OrderMailJobData,
  events: readonly MailEventRow[],
): boolean {
  if (kind !== 'order.readdressed') return false;
  return events.find((event) => event.sequence === sequence)?.beginsChange === false;
}
