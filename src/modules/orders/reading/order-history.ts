import type { Queryable } from '../../../database/statement.ts';
import { findHistory, type HistoryRow, toCause } from '../../../events/index.ts';
import { type Caller, isStaff } from '../../../shared/caller.ts';
import { findActorNamesById } from '../../accounts/index.ts';
import type { HistoryView } from '../schemas.ts';
import { requireVisible } from './find-order.ts';
import { findOrder } from './queries.ts';

/** Returns the history of an order, oldest first. Throws the errors of `requireVisible`. */
export async function getOrderHistory(
  db: Queryable,
  caller: Caller,
  orderId: string,
): Promise<HistoryView> {
  const [row] = await findOrder(db, orderId);
  const { customerId } = requireVisible(row, caller);
  const history = await findHistory(db, orderId);
  // Customers are shown that staff did it, but not who.
  if (!isStaff(caller)) {
    const withoutNotes = history.map((event) => ({ ...event, reason: findPublicReason(event) }));
    return { data: withoutNotes.map((event) => presentEvent(event, event.actorId === customerId)) };
  }
  const names = await findActorNamesById(
    db,
    caller,
    history.map(({ actorId }) => actorId),
  );
  const withName = (event: HistoryRow) => ({
    ...presentEvent(event, true),
    actorName: names.get(event.actorId) ?? null,
  });
  return { data: history.map(withName) };
}

/** Why staff took an order outside the hours of the shop is a note among staff, and may be about the customer. */
function findPublicReason({ type, reason }: HistoryRow): string | null {
  return type === 'order.placed' ? null : reason;
}

function presentEvent(event: HistoryRow, showsActor: boolean): HistoryView['data'][number] {
  return {
    sequence: event.sequence,
    type: event.type,
    from: event.from,
    to: event.to,
    actor: { type: event.actorType, id: showsActor ? event.actorId : null, role: event.actorRole },
    reason: event.reason,
    cause: toCause(event),
    at: event.at.toISOString(),
    data: event.data,
  };
}
