import { statement } from '../../../database/statement.ts';
import type { ChargeRow } from './charge.ts';

const columns = `
  id, name, kind, amount_minor as "amountMinor", trim_scale(percent)::text as percent, currency,
  fulfilment_types as "fulfilmentTypes", below_subtotal_minor as "belowSubtotalMinor",
  free_from_minor as "freeFromMinor", postal_codes as "postalCodes",
  tax_category as "taxCategory", active, version,
  created_at as "createdAt", updated_at as "updatedAt"`;

export const findActiveCharges = statement<[], ChargeRow>(
  'pricing.find_active_charges',
  `select ${columns}
     from charges
    where active
    order by created_at, id`,
);

/** Reads in the order of ids, which is that of creation, after `afterId` if given. */
export const listCharges = statement<[afterId: string | null, limit: number], ChargeRow>(
  'pricing.list_charges',
  `select ${columns}
     from charges
    where id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
    order by id
    limit $2::int`,
);

export const findCharge = statement<[id: string], ChargeRow>(
  'pricing.find_charge',
  `select ${columns}
     from charges
    where id = $1::uuid`,
);

export const lockCharge = statement<[id: string], ChargeRow>(
  'pricing.lock_charge',
  `select ${columns}
     from charges
    where id = $1::uuid
      for no key update`,
);

type Columns = [
  id: string,
  name: string,
  kind: string,
  amountMinor: number | null,
  percent: string | null,
  currency: string,
  fulfilmentTypes: readonly string[] | null,
  belowSubtotalMinor: number | null,
  freeFromMinor: number | null,
  postalCodes: readonly string[] | null,
  taxCategory: string,
  active: boolean,
];

export const insertCharge = statement<Columns, ChargeRow>(
  'pricing.insert_charge',
  `insert into charges (id, name, kind, amount_minor, percent, currency, fulfilment_types,
                        below_subtotal_minor, free_from_minor, postal_codes, tax_category, active)
   values ($1::uuid, $2::text, $3::text, $4::bigint, $5::numeric, $6::text, $7::text[],
           $8::bigint, $9::bigint, $10::text[], $11::text, $12::boolean)
   returning ${columns}`,
);

export const changeCharge = statement<Columns, ChargeRow>(
  'pricing.change_charge',
  `update charges
      set name = $2::text,
          kind = $3::text,
          amount_minor = $4::bigint,
          percent = $5::numeric,
          currency = $6::text,
          fulfilment_types = $7::text[],
          below_subtotal_minor = $8::bigint,
          free_from_minor = $9::bigint,
          postal_codes = $10::text[],
          tax_category = $11::text,
          active = $12::boolean,
          version = version + 1,
          updated_at = now()
    where id = $1::uuid
   returning ${columns}`,
);

export const deleteCharge = statement<[id: string], never>(
  'pricing.delete_charge',
  'delete from charges where id = $1::uuid',
);
