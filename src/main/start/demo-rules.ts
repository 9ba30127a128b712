import type { Transaction } from '../../database/database.ts';
import type { Author } from '../../shared/caller.ts';
import { money } from '../../shared/money.ts';
import type { Application } from '../compose/compose.ts';
import { COLD_FOOD } from './demo-menu.ts';

/** Sets up taxes by category and by way of fulfilment, a delivery charge, and a discount with a code. */
export async function addDemoRules(
  tx: Transaction,
  { taxRates, charges, discounts }: Application['modules']['pricing'],
  currency: string,
  author: Author,
): Promise<void> {
  await taxRates.add(tx, { name: 'VAT', percent: '20' }, author);
  await taxRates.add(
    tx,
    {
      name: 'VAT',
      percent: '20',
      taxCategory: COLD_FOOD,
      fulfilmentTypes: ['DINE_IN'],
    },
    author,
  );
  await taxRates.add(
    tx,
    {
      name: 'VAT',
      percent: '0',
      taxCategory: COLD_FOOD,
      fulfilmentTypes: ['PICKUP', 'DELIVERY', 'SHIPMENT'],
    },
    author,
  );
  await charges.add(
    tx,
    {
      name: 'Delivery',
      kind: 'DELIVERY',
      amount: money(350, currency),
      freeFrom: money(3_000, currency),
    },
    author,
  );
  await discounts.add(
    tx,
    {
      code: 'WELCOME10',
      name: '10 % off the first order',
      kind: 'PERCENT',
      percent: '10',
      scope: 'ORDER',
      firstOrderOnly: true,
    },
    author,
  );
}
