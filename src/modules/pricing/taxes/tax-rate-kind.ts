import { pricesErrors } from '../errors.ts';
import { presentStamps, readPercent, TAX_CATEGORY_DEFAULT } from '../fields.ts';
import type { RuleKind } from '../manage-rules.ts';
import {
  changeTaxRate,
  deleteTaxRate,
  findTaxRate,
  insertTaxRate,
  listTaxRates,
  lockTaxRate,
} from './queries.ts';
import type { NewTaxRate, TaxRateTerms, TaxRateView } from './schemas.ts';
import type { TaxRateRow } from './tax-rate.ts';

export const taxRateKind: RuleKind<
  TaxRateRow,
  TaxRateTerms,
  NewTaxRate,
  TaxRateTerms,
  TaxRateView
> = {
  name: 'tax-rates',
  loggedAs: 'tax_rate',
  errors: pricesErrors,
  list: listTaxRates,
  find: findTaxRate,
  lock: lockTaxRate,
  insert: (tx, id, fields) => insertTaxRate(tx, id, ...toColumns(fields)),
  change: (tx, id, fields) => changeTaxRate(tx, id, ...toColumns(fields)),
  delete: deleteTaxRate,
  complete: ({
    taxCategory = TAX_CATEGORY_DEFAULT,
    fulfilmentTypes = null,
    active = true,
    ...input
  }) => ({
    ...input,
    taxCategory,
    fulfilmentTypes,
    active,
  }),
  toTerms: ({ name, percent, taxCategory, fulfilmentTypes, active }) => ({
    name,
    percent,
    taxCategory,
    fulfilmentTypes,
    active,
  }),
  toFields: (terms) => ({ ...terms, percent: readPercent(terms.percent) }),
  present(row) {
    const { id, name, percent, taxCategory, fulfilmentTypes, active } = row;
    return { id, name, percent, taxCategory, fulfilmentTypes, active, ...presentStamps(row) };
  },
};

function toColumns({ name, percent, taxCategory, fulfilmentTypes, active }: TaxRateTerms) {
  return [name, percent, taxCategory, fulfilmentTypes, active] as const;
}
