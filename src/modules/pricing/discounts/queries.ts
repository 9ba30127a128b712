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

/** Finds discounts by code, in the form of `normaliseCode`, active or not. */
export const findDiscountRowsByCode = statement<[codes: readonly string[]], DiscountRow>(
  'pricing.find_discounts_by_code',
  `select ${columns}
     from discounts
    where lower(code) = any($1::text[])
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
       or lower(code) = any($2::text[])
    order by id
      for no key update`,
);
