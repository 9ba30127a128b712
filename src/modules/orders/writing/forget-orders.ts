import type { Transaction } from '../../../database/database.ts';
import { appendEvents } from '../../../events/index.ts';
import type { Author } from '../../../shared/caller.ts';
import { toSlices } from '../../../shared/slices.ts';
import {
  type ForgottenRow,
  forgetFormerFulfilments,
  forgetLineNotes,
  forgetOrderRows,
} from './write-queries.ts';

/** One slice is in memory at a time. */
const SLICE_MAX = 500;

/**
 * Removes what is personal from orders that have ended: notes, contact, address, instructions and table, what tells the
 * guest and the network, and the texts of failures. Goods, amounts, times and history stay. Each order gets an event, whose
 * sequence invalidates what is cached of it. Leaves out orders that were forgotten before, and open ones unless `openToo`.
 */
export async function writeForgotten(
  tx: Transaction,
  author: Pick<Author, 'actor' | 'cause'>,
  orderIds: readonly string[],
  { openToo = false }: { readonly openToo?: boolean | undefined } = {},
): Promise<void> {
  for (const slice of toSlices(orderIds, SLICE_MAX)) {
    const forgotten = await forgetOrderRows(tx, slice, openToo);
    if (forgotten.length === 0) continue;
    const ids = forgotten.map(({ id }) => id);
    await Promise.all([
      forgetLineNotes(tx, ids),
      forgetFormerFulfilments(tx, ids),
      appendEvents(
        tx,
        forgotten.map((row) => buildEvent(row, author)),
      ),
    ]);
  }
}

function buildEvent(
  { id, number, customerId, lastSequence }: ForgottenRow,
  { actor, cause }: Pick<Author, 'actor' | 'cause'>,
) {
  return {
    type: 'order.forgotten',
    orderId: id,
    customerId,
    sequence: lastSequence,
    from: null,
    to: null,
    actor,
    reason: null,
    cause,
    data: { number },
  } as const;
}
