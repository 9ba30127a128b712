import { statement } from '../../../database/statement.ts';
import type { TaxRateRow } from './tax-rate.ts';

const columns = `
  id, name, trim_scale(percent)::text as percent, tax_category as "taxCategory",
  fulfilment_types as "fulfilmentTypes", active, version,
  created_at as "createdAt", updated_at as "updatedAt"`;

export const findActiveTaxRates = statement<[], TaxRateRow>(
  'pricing.find_active_tax_rates',
  `select ${columns}
     from tax_rates
    where active
    order by created_at, id`,
);
