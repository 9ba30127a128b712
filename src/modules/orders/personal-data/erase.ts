import type { Transaction } from '../../../database/database.ts';
import type { Author } from '../../../shared/caller.ts';
import { toSlices } from '../../../shared/slices.ts';
import type { ErasureScope } from '../../personal-data.ts';
import { forgetResponses } from '../placement/forget-responses.ts';
import { writeForgotten } from '../writing/forget-orders.ts';

/** Bounds the parameters of a statement. */
const SLICE_MAX = 1_000;

/**
 * Removes what is personal from orders that have ended, and from the responses that are kept of them, see `writeForgotten`.
 * Leaves out orders that are open or were forgotten before.
 */
export async function erase(
  tx: Transaction,
  { orderIds, openToo }: ErasureScope,
  author: Author,
): Promise<void> {
  for (const slice of toSlices(orderIds, SLICE_MAX)) {
    await forgetResponses(tx, slice);
    await writeForgotten(tx, author, slice, { openToo });
  }
}
