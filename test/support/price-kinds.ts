import { newId } from '../../src/shared/ids.ts';

/** What the prices of later orders depend on, as an admin manages it over HTTP. */

let count = 0;
export const next = () => {
  count += 1;
  return count;
};
export const pounds = (amount: number) => ({ amount, currency: 'GBP' });
const extra = (amount: number, code = `EXTRA-${next()}`) => ({
  code,
  name: 'Extra',
  price: pounds(amount),
});

/** Each kind with a new one, its fields that are not null, a change, what differs then, and a change that is refused. */
export const priceKinds = [
  {
    kind: 'tax_rate',
    path: '/api/tax-rates',
    body: () => ({ name: 'VAT', percent: '20', taxCategory: `category-${next()}` }),
    fields: ['active', 'name', 'percent', 'taxCategory'],
    change: { name: 'VAT', percent: '5.50' },
    changes: { percent: { from: '20', to: '5.5' } },
    refused: { percent: '101' },
  },
  {
    kind: 'charge',
    path: '/api/charges',
    body: () => ({ name: 'Service', kind: 'SERVICE', amount: pounds(100) }),
    fields: ['active', 'amount', 'kind', 'name', 'taxCategory'],
    change: { amount: null, percent: '12.5' },
    changes: { amount: { from: pounds(100), to: null }, percent: { from: null, to: '12.5' } },
    refused: { percent: '1' },
  },
  {
    kind: 'discount',
    path: '/api/discounts',
    body: () => ({
      code: `CODE-${next()}`,
      name: 'A pound off',
      kind: 'AMOUNT',
      amount: pounds(100),
      scope: 'ORDER',
    }),
    fields: ['active', 'amount', 'code', 'combines', 'firstOrderOnly', 'kind', 'name', 'scope'],
    change: { endsAt: '2099-12-31T23:00:00+01:00', active: false },
    changes: {
      active: { from: true, to: false },
      endsAt: { from: null, to: '2099-12-31T22:00:00.000Z' },
    },
    refused: { percent: '1' },
  },
  {
    kind: 'modifier_group',
    path: '/api/modifier-groups',
    body: () => ({ name: 'Extras', min: 0, max: 1, modifiers: [extra(50)] }),
    fields: ['max', 'min', 'modifiers', 'name'],
    change: { max: 2, modifiers: [extra(60, 'EXTRA-SOLE')] },
    refused: { min: 3 },
  },
  {
    kind: 'product',
    path: '/api/products',
    body: () => ({ sku: `DISH-${next()}`, name: 'Dish', price: pounds(500) }),
    fields: [
      'active',
      'description',
      'modifierGroupIds',
      'name',
      'position',
      'price',
      'sku',
      'taxCategory',
    ],
    change: { name: 'Dish', price: pounds(550), category: 'Mains' },
    changes: {
      category: { from: null, to: 'Mains' },
      price: { from: pounds(500), to: pounds(550) },
    },
    refused: { modifierGroupIds: [newId()] },
  },
];
