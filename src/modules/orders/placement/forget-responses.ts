import type { Transaction } from '../../../database/database.ts';
import { toSlices } from '../../../shared/slices.ts';
import type { OrderView } from '../schemas.ts';
import {
  findKeptResponses,
  findPermanentResponseIds,
  lockResponses,
  replaceResponses,
} from './response-queries.ts';
import { compressResponses, DICTIONARY, expandResponses } from './stored-responses.ts';

/** Rows in memory at a time. Each has at most 64 KB of responses. */
const ROWS_MAX = 50;

/**
 * Removes what is personal from the stored responses of orders. A repeated request still gets a response, and makes no second
 * order. To be called while the orders still have their client tokens, by which the responses are found that are kept.
 */
export async function forgetResponses(tx: Transaction, orderIds: readonly string[]): Promise<void> {
  const forgotten = new Set(orderIds);
  const found = [
    ...(await findPermanentResponseIds(tx, orderIds)),
    ...(await findKeptResponses(tx, orderIds)),
  ];
  const ids = [...new Set(found.map(({ id }) => id))];
  for (const slice of toSlices(ids, ROWS_MAX)) {
    for (const { id, orderIds: ofRow, responses, dictionary } of await lockResponses(tx, slice)) {
      const bodies = expandResponses(responses, dictionary).map((body, place) =>
        forgotten.has(ofRow[place]!) ? forgetBody(body) : body,
      );
      await replaceResponses(tx, id, compressResponses(bodies), DICTIONARY);
    }
  }
}

function forgetBody(body: string): string {
  const view = JSON.parse(body) as OrderView;
  const { items, fulfilment, failure, customer } = view;
  return JSON.stringify({
    ...view,
    items: items.map((item) => ('note' in item ? { ...item, note: null } : item)),
    note: null,
    shippingAddress: null,
    // Earlier versions stored responses without one.
    ...(fulfilment === undefined
      ? {}
      : {
          fulfilment: {
            ...fulfilment,
            contact: null,
            address: null,
            instructions: null,
            table: null,
          },
        }),
    failure: failure && { ...failure, detail: '' },
    ...(customer === undefined
      ? {}
      : { customer: { ...customer, email: null, name: '', phone: null } }),
  });
}
