import { type ColumnRow, toColumnArrays } from '../database/column-arrays.ts';
import type { Transaction } from '../database/database.ts';
import type { PersonalKeys } from '../personal/index.ts';
import { newId } from '../shared/ids.ts';
import { toCauseColumns } from './cause.ts';
import type { NewEvent } from './event.ts';
import { findReasonKeys, toReasonColumns } from './personal-reason.ts';
import { insertEvents, newEventColumns } from './queries.ts';

/**
 * Appends events to the log in the transaction of the change that they describe, with one statement for any number of
 * them. The unique key on (order, sequence) refuses a second writer of one number. Announces each order's sequence.
 *
 * `keys`: those that `findReasonKeys` found for these events. With them the statement is sent at once, so that the COMMIT
 * may follow it; default: they are found first, if the events need any.
 */
export async function appendEvents(
  tx: Transaction,
  events: readonly NewEvent[],
  keys?: PersonalKeys,
): Promise<void> {
  if (events.length === 0) return;
  const known = keys ?? (await findReasonKeys(tx, events));
  const rows = events.map((event) => toRow(event, known));
  for (const { orderId, sequence } of events) {
    if (orderId !== null && sequence !== null) tx.announce({ subject: orderId, stamp: sequence });
  }
  await insertEvents(tx, ...toColumnArrays(newEventColumns, rows));
}

function toRow(event: NewEvent, keys: PersonalKeys): ColumnRow<typeof newEventColumns> {
  const id = newId();
  const { requestId, traceId, idempotencyKey, cause } = toCauseColumns(event.cause);
  return {
    id,
    type: event.type,
    order_id: event.orderId,
    sequence: event.sequence,
    from_status: event.from,
    to_status: event.to,
    actor_type: event.actor.type,
    actor_id: event.actor.id,
    actor_role: event.actor.role,
    ...toReasonColumns(id, event, keys),
    request_id: requestId,
    trace_id: traceId,
    idempotency_key: idempotencyKey,
    cause: cause === null ? null : JSON.stringify(cause),
    data: JSON.stringify(event.data ?? {}),
  };
}
