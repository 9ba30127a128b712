import { statement } from '../../../database/statement.ts';
import type { DiscountRow } from './discount.ts';

const columns = `
  id, code, name, kind, trim_scale(percent)::text as percent, amount_minor as "amountMinor",
  currency, scope, skus, categories, minimum_subtotal_minor as "minimumSubtotalMinor",
  starts_at as "startsAt", ends_at as "endsAt", uses_max as "usesMax", uses,
  uses_per_customer_max as "usesPerCustomerMax", first_order_only as "firstOrderOnly",
  combines, active, version, created_at as "createdAt", updated_at as "updatedAt"`;

/** Finds the active discounts without a code. */
export const findAutomaticDiscounts = statement<[], DiscountRow>(
  'pricing.find_automatic_discounts',
  `select ${columns}
     from discounts
    where code is null
      and active
    order by created_at, id`,
);

export const countAutomaticDiscounts = statement<[], { count: number }>(
  'pricing.count_automatic_discounts',
  `select count(*)::int as count
     from discounts
    where code is null
      and active`,
);

/** Finds discounts by code, in the form of `normaliseCode`, active or not. */
export const findDiscountRowsByCode = statement<[codes: readonly string[]], DiscountRow>(
  'pricing.find_discounts_by_code',
  `select ${columns}
     from discounts
    where lower(code collate "C") = any($1::text[])
    order by created_at, id`,
);

/** Finds discounts by id or code, and locks them against other uses and changes until commit. */
export const lockDiscountRows = statement<
  [ids: readonly string[], codes: readonly string[]],
  DiscountRow
>(
  'pricing.lock_discounts',
  `select ${columns}
     from discounts
    where id = any($1::uuid[])
       or lower(code collate "C") = any($2::text[])
    order by id
      for no key update`,
);

/** Reads in the order of ids, which is that of creation, after `afterId` if given. */
export const listDiscounts = statement<[afterId: string | null, limit: number], DiscountRow>(
  'pricing.list_discounts',
  `select ${columns}
     from discounts
    where id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
    order by id
    limit $2::int`,
);

export const findDiscount = statement<[id: string], DiscountRow>(
  'pricing.find_discount',
  `select ${columns}
     from discounts
    where id = $1::uuid`,
);

export const lockDiscount = statement<[id: string], DiscountRow>(
  'pricing.lock_discount',
  `select ${columns}
     from discounts
    where id = $1::uuid
      for no key update`,
);

type Columns = [
  id: string,
  code: string | null,
  name: string,
  kind: string,
  percent: string | null,
  amountMinor: number | null,
  currency: string,
  scope: string | null,
  skus: readonly string[] | null,
  categories: readonly string[] | null,
  minimumSubtotalMinor: number | null,
  startsAt: Date | null,
  endsAt: Date | null,
  usesMax: number | null,
  usesPerCustomerMax: number | null,
  firstOrderOnly: boolean,
  combines: boolean,
  active: boolean,
];

export const insertDiscount = statement<Columns, DiscountRow>(
  'pricing.insert_discount',
  `insert into discounts (id, code, name, kind, percent, amount_minor, currency, scope, skus,
                          categories, minimum_subtotal_minor, starts_at, ends_at, uses_max,
                          uses_per_customer_max, first_order_only, combines, active)
   values ($1::uuid, $2::text, $3::text, $4::text, $5::numeric, $6::bigint, $7::text, $8::text,
           $9::text[], $10::text[], $11::bigint, $12::timestamptz, $13::timestamptz, $14::int,
           $15::int, $16::boolean, $17::boolean, $18::boolean)
   returning ${columns}`,
);

export const changeDiscount = statement<Columns, DiscountRow>(
  'pricing.change_discount',
  `update discounts
      set code = $2::text,
          name = $3::text,
          kind = $4::text,
          percent = $5::numeric,
          amount_minor = $6::bigint,
          currency = $7::text,
          scope = $8::text,
          skus = $9::text[],
          categories = $10::text[],
          minimum_subtotal_minor = $11::bigint,
          starts_at = $12::timestamptz,
          ends_at = $13::timestamptz,
          uses_max = $14::int,
          uses_per_customer_max = $15::int,
          first_order_only = $16::boolean,
          combines = $17::boolean,
          active = $18::boolean,
          version = version + 1,
          updated_at = now()
    where id = $1::uuid
   returning ${columns}`,
);

export const deleteDiscount = statement<[id: string], never>(
  'pricing.delete_discount',
  'delete from discounts where id = $1::uuid',
);
