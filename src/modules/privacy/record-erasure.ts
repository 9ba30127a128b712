import { recordAudit } from '../../audit/index.ts';
import type { Transaction } from '../../database/database.ts';
import { appendEvents } from '../../events/index.ts';
import type { Author } from '../../shared/caller.ts';
import type { Person } from '../personal-data.ts';

/** Tells other systems of each id that they may know the person by, and the audit that the person was erased. */
export async function recordErasure(
  tx: Transaction,
  author: Author,
  { id, userIds, orderIds }: Person,
  reason: string,
): Promise<void> {
  const { actor, cause } = author;
  await appendEvents(
    tx,
    userIds.map((userId) => ({
      type: 'customer.erased',
      orderId: null,
      customerId: null,
      sequence: null,
      from: null,
      to: null,
      actor,
      reason: null,
      cause,
      data: { userId },
    })),
  );
  const after = { guests: userIds.length - 1, orders: orderIds.length };
  await recordAudit(tx, author, [
    { type: 'user.erased', subjectId: id, before: null, after, reason, reasonOf: 'actor' },
  ]);
}
