import type { Queryable } from '../../database/statement.ts';
import { findPersonRows } from '../accounts/index.ts';
import { findOrderIdsOf } from '../orders/index.ts';
import type { Person } from '../personal-data.ts';

/** Returns the person with an account or of a guest; null for an unknown id. */
export async function findPerson(db: Queryable, id: string): Promise<Person | null> {
  const rows = await findPersonRows(db, id);
  if (rows.length === 0) return null;
  const userIds = rows.map((row) => row.id);
  const orders = await findOrderIdsOf(db, userIds);
  const emailKeys = rows.flatMap(({ emailKey }) => emailKey ?? []);
  return {
    id,
    userIds,
    emailKeys: [...new Set(emailKeys)],
    orderIds: orders.map((order) => order.id),
  };
}
