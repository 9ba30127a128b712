import type { Chapter, Step } from './step.ts';

const amount = (minor: number) => ({ amount: minor, currency: '{{currency}}' });

/** Creates, reads, changes and deletes one, so that the prices of the later chapters stay as they are. */
function steps(
  [one, several]: readonly [string, string],
  variable: string,
  body: object,
  change: object,
): readonly Step[] {
  const path = { id: `{{${variable}}}` };
  return [
    {
      operation: `create${one}`,
      as: 'admin',
      body,
      status: 201,
      variablesToSet: { [variable]: 'id' },
    },
    { operation: `list${several}`, as: 'admin', status: 200 },
    { operation: `get${one}`, as: 'admin', path, status: 200 },
    { operation: `update${one}`, as: 'admin', path, body: change, status: 200 },
    { operation: `delete${one}`, as: 'admin', path, status: 204 },
  ];
}

export const pricesChapter: Chapter = {
  tag: 'Prices',
  steps: [
    ...steps(
      ['TaxRate', 'TaxRates'],
      'taxRateId',
      { name: 'VAT', percent: '20', taxCategory: 'run-{{run}}' },
      { percent: '17.5' },
    ),
    ...steps(
      ['Charge', 'Charges'],
      'chargeId',
      { name: 'Delivery', kind: 'DELIVERY', amount: amount(350), active: false },
      { freeFrom: amount(3_000) },
    ),
    ...steps(
      ['Discount', 'Discounts'],
      'discountId',
      {
        code: 'RUN-{{run}}',
        name: '10 % off',
        kind: 'PERCENT',
        percent: '10',
        scope: 'ORDER',
        usesMax: 100,
      },
      { active: false },
    ),
  ],
};
