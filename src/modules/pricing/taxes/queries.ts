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

/** Reads in the order of ids, which is that of creation, after `afterId` if given. */
export const listTaxRates = statement<[afterId: string | null, limit: number], TaxRateRow>(
  'pricing.list_tax_rates',
  `select ${columns}
     from tax_rates
    where id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
    order by id
    limit $2::int`,
);

export const findTaxRate = statement<[id: string], TaxRateRow>(
  'pricing.find_tax_rate',
  `select ${columns}
     from tax_rates
    where id = $1::uuid`,
);

export const lockTaxRate = statement<[id: string], TaxRateRow>(
  'pricing.lock_tax_rate',
  `select ${columns}
     from tax_rates
    where id = $1::uuid
      for no key update`,
);

type Columns = [
  id: string,
  name: string,
  percent: string,
  taxCategory: string,
  fulfilmentTypes: readonly string[] | null,
  active: boolean,
];

export const insertTaxRate = statement<Columns, TaxRateRow>(
  'pricing.insert_tax_rate',
  `insert into tax_rates (id, name, percent, tax_category, fulfilment_types, active)
   values ($1::uuid, $2::text, $3::numeric, $4::text, $5::text[], $6::boolean)
   returning ${columns}`,
);

export const changeTaxRate = statement<Columns, TaxRateRow>(
  'pricing.change_tax_rate',
  `update tax_rates
      set name = $2::text,
          percent = $3::numeric,
          tax_category = $4::text,
          fulfilment_types = $5::text[],
          active = $6::boolean,
          version = version + 1,
          updated_at = now()
    where id = $1::uuid
   returning ${columns}`,
);

export const deleteTaxRate = statement<[id: string], never>(
  'pricing.delete_tax_rate',
  'delete from tax_rates where id = $1::uuid',
);
