import type { Transaction } from '../../../database/database.ts';
import { CodedError } from '../../../shared/errors.ts';
import { findDeliveryMinor, isOutOfArea } from '../../pricing/index.ts';
import { fulfilmentErrors } from '../../scheduling/index.ts';
import type { Fulfilment } from '../fulfilment/fulfilment.ts';
import type { PriceList } from '../placement/price-list.ts';
import { findBills, findLines, type OrderRow } from '../reading/queries.ts';

/**
 * Throws `fulfilment.out_of_area` for an address to which delivery is not offered, or costs something else than the order
 * was billed. It may cost what the address before costs now, whose charge may have changed meanwhile.
 */
export async function requireSameDelivery(
  tx: Transaction,
  { id, fulfilment: before }: OrderRow,
  { type, address }: Fulfilment,
  { charges }: PriceList,
): Promise<void> {
  if (type !== 'DELIVERY' && type !== 'SHIPMENT') return;
  const postalCode = address?.postalCode ?? null;
  const postalCodeBefore = before?.address?.postalCode ?? null;
  // Charges depend on nothing else of an address.
  if (postalCode === postalCodeBefore) return;
  const [lines, [bill]] = await Promise.all([findLines(tx, [id]), findBills(tx, [id])]);
  const billedMinor = bill?.charges.find(({ kind }) => kind === 'DELIVERY')?.amountMinor ?? null;
  const findMinor = (code: string | null) =>
    findDeliveryMinor(charges, { fulfilmentType: type, postalCode: code }, lines);
  const deliveryMinor = findMinor(postalCode);
  const isSame = deliveryMinor === billedMinor || deliveryMinor === findMinor(postalCodeBefore);
  if (isOutOfArea(charges, { fulfilmentType: type, postalCode }) || !isSame) {
    throw new CodedError(fulfilmentErrors.outOfArea);
  }
}
