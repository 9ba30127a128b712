import { requirePercent } from '../proportion.ts';
import type { DiscountDefinition, DiscountEffect, DiscountScope } from '../rules.ts';

/** A discount as it is stored. A percentage, an amount and a scope exist as its kind requires. */
export interface DiscountRow {
  id: string;
  code: string | null;
  name: string;
  kind: DiscountEffect['kind'];
  /** Without trailing zeros. */
  percent: string | null;
  amountMinor: number | null;
  currency: string;
  scope: DiscountScope['kind'] | null;
  skus: string[] | null;
  categories: string[] | null;
  minimumSubtotalMinor: number | null;
  startsAt: Date | null;
  endsAt: Date | null;
  usesMax: number | null;
  /** Orders that use it and are neither CANCELLED nor FAILED. */
  uses: number;
  usesPerCustomerMax: number | null;
  firstOrderOnly: boolean;
  combines: boolean;
  active: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export function toDiscountDefinition(row: DiscountRow): DiscountDefinition {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    effect: toEffect(row),
    minimumSubtotalMinor: row.minimumSubtotalMinor,
    startsAt: row.startsAt,
    endsAt: row.endsAt,
    active: row.active,
    combines: row.combines,
    firstOrderOnly: row.firstOrderOnly,
    usesMax: row.usesMax,
    usesPerCustomerMax: row.usesPerCustomerMax,
    createdAt: row.createdAt,
  };
}

function toEffect(row: DiscountRow): DiscountEffect {
  switch (row.kind) {
    case 'FREE_DELIVERY':
      return { kind: 'FREE_DELIVERY' };
    case 'PERCENT':
      return { kind: 'PERCENT', share: requirePercent(row.percent!), scope: toScope(row) };
    case 'AMOUNT':
      return { kind: 'AMOUNT', amountMinor: row.amountMinor!, scope: toScope(row) };
  }
}

function toScope({ scope, skus, categories }: DiscountRow): DiscountScope {
  if (scope === 'ORDER') return { kind: 'ORDER' };
  if (skus !== null) return { kind: 'LINES', matches: { kind: 'skus', skus: new Set(skus) } };
  if (categories === null) return { kind: 'LINES', matches: { kind: 'all' } };
  return {
    kind: 'LINES',
    matches: { kind: 'categories', categories: new Set(categories) },
  };
}
