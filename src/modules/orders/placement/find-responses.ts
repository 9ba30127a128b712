import type { Queryable } from '../../../database/statement.ts';
import { toSlices } from '../../../shared/slices.ts';
import { findKeptResponses, findPermanentResponseIds, findResponses } from './response-queries.ts';
import { expandResponses } from './stored-responses.ts';

/** Rows in memory at a time. Each has at most 64 KB of responses. */
const ROWS_MAX = 10;

/** Returns the stored responses of orders, as the JSON that a repeated request receives, by order. */
export async function findStoredResponses(
  db: Queryable,
  orderIds: readonly string[],
): Promise<Map<string, object>> {
  const found = [
    ...(await findPermanentResponseIds(db, orderIds)),
    ...(await findKeptResponses(db, orderIds)),
  ];
  const wanted = new Set(orderIds);
  const responses = new Map<string, object>();
  for (const slice of toSlices([...new Set(found.map(({ id }) => id))], ROWS_MAX)) {
    for (const row of await findResponses(db, slice)) {
      const bodies = expandResponses(row.responses, row.dictionary);
      for (const [place, orderId] of row.orderIds.entries()) {
        if (wanted.has(orderId)) responses.set(orderId, JSON.parse(bodies[place]!));
      }
    }
  }
  return responses;
}
