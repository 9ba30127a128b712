import { type Static, Type } from 'typebox';
import type { Frozen } from '../../shared/frozen.ts';
import { frozenMoney, type Money, sumMinor } from '../../shared/money.ts';
import type { LineToPrice } from './price-lines.ts';
import type { PricedOrder } from './price-order.ts';
import type { ChargeKind } from './rules.ts';

/**
 * What a bill contains besides its lines, as an order remembers it: in minor units, with the names that the rules had.
 */
export interface BillParts {
  readonly pricesIncludeTax: boolean;
  readonly discounts: readonly BilledDiscount[];
  readonly charges: readonly BilledCharge[];
  readonly taxes: readonly BilledTax[];
  readonly tipMinor: number;
}

export interface BilledDiscount {
  readonly discountId: string;
  /** Null: it applied without being named. */
  readonly code: string | null;
  readonly name: string;
  readonly amountMinor: number;
}

export interface BilledCharge {
  readonly chargeId: string;
  readonly kind: ChargeKind;
  readonly name: string;
  readonly amountMinor: number;
  readonly taxMinor: number;
}

export interface BilledTax {
  readonly taxRateId: string;
  readonly name: string;
  readonly percent: string;
  readonly baseMinor: number;
  readonly amountMinor: number;
}

/** The bill of an order that remembers nothing besides its lines. */
export const linesOnly: BillParts = Object.freeze({
  pricesIncludeTax: true,
  discounts: [],
  charges: [],
  taxes: [],
  tipMinor: 0,
});

/** Returns what an order remembers of its bill besides its lines, or null if that is nothing. */
export function toBillParts(priced: PricedOrder<LineToPrice>): BillParts | null {
  const { pricesIncludeTax, discounts, charges, taxes, tipMinor } = priced;
  const hasParts = discounts.length + charges.length + taxes.length + tipMinor > 0;
  if (!hasParts && pricesIncludeTax) return null;
  return {
    pricesIncludeTax,
    discounts: discounts.map(({ rule: { id, code, name }, amountMinor }) => ({
      discountId: id,
      code,
      name,
      amountMinor,
    })),
    charges: charges.map(({ rule: { id, kind, name }, amountMinor, taxMinor }) => ({
      chargeId: id,
      kind,
      name,
      amountMinor,
      taxMinor,
    })),
    taxes: taxes.map(({ rule: { id, name, percent }, baseMinor, amountMinor }) => ({
      taxRateId: id,
      name,
      percent,
      baseMinor,
      amountMinor,
    })),
    tipMinor,
  };
}

const Amount = Type.Object({ amount: Type.Integer(), currency: Type.String() });
const described = (description: string) =>
  Type.Unsafe<Static<typeof Amount>>({ ...Amount, description });

const Bill = Type.Object(
  {
    subtotal: described('The sum of the line totals.'),
    pricesIncludeTax: Type.Boolean({
      description: 'Whether the prices of lines and charges contain their tax.',
    }),
    discounts: Type.Array(
      Type.Object({
        discountId: Type.String({ format: 'uuid' }),
        code: Type.Union([Type.String(), Type.Null()]),
        name: Type.String(),
        amount: Amount,
      }),
    ),
    charges: Type.Array(
      Type.Object({
        chargeId: Type.String({ format: 'uuid' }),
        kind: Type.String(),
        name: Type.String(),
        amount: Amount,
        tax: Amount,
      }),
    ),
    taxes: Type.Array(
      Type.Object({
        taxRateId: Type.String({ format: 'uuid' }),
        name: Type.String(),
        percent: Type.String({ description: 'A decimal, such as `8.875`.' }),
        base: described('What the rate applies to, after discounts.'),
        amount: Amount,
        included: Type.Boolean({ description: 'Whether the base contains the tax.' }),
      }),
    ),
    tip: Amount,
    total: described('The amount to pay.'),
  },
  { title: 'Bill' },
);

export type BillView = Frozen<Static<typeof Bill>>;

export const BillReply = Type.Unsafe<BillView>(Bill);

const nothing: readonly never[] = Object.freeze([]);

/** The amounts that a bill is shown from. */
export interface BillToPresent {
  readonly currency: string;
  readonly lines: readonly { readonly totalMinor: number }[];
  readonly parts: BillParts;
  readonly totalMinor: number;
}

/** Builds the bill of an order that is priced but not stored. */
export function presentPriced(priced: PricedOrder<LineToPrice>): BillView {
  const { currency, lines, totalMinor } = priced;
  return presentBill({ currency, lines, parts: toBillParts(priced) ?? linesOnly, totalMinor });
}

/** Builds the view of a bill, frozen. */
export function presentBill({ currency, lines, parts, totalMinor }: BillToPresent): BillView {
  const amount = (minor: number): Money => frozenMoney(minor, currency);
  const subtotalMinor = sumMinor(lines.map((line) => line.totalMinor));
  const subtotal = amount(subtotalMinor);
  return Object.freeze({
    subtotal,
    pricesIncludeTax: parts.pricesIncludeTax,
    discounts: presentDiscounts(parts, amount),
    charges: presentCharges(parts, amount),
    taxes: presentTaxes(parts, amount),
    tip: amount(parts.tipMinor),
    total: totalMinor === subtotalMinor ? subtotal : amount(totalMinor),
  });
}

type ToMoney = (amountMinor: number) => Money;

function presentDiscounts({ discounts }: BillParts, amount: ToMoney): BillView['discounts'] {
  if (discounts.length === 0) return nothing;
  return Object.freeze(
    discounts.map(({ discountId, code, name, amountMinor }) =>
      Object.freeze({ discountId, code, name, amount: amount(amountMinor) }),
    ),
  );
}

function presentCharges({ charges }: BillParts, amount: ToMoney): BillView['charges'] {
  if (charges.length === 0) return nothing;
  return Object.freeze(
    charges.map(({ chargeId, kind, name, amountMinor, taxMinor }) =>
      Object.freeze({
        chargeId,
        kind,
        name,
        amount: amount(amountMinor),
        tax: amount(taxMinor),
      }),
    ),
  );
}

function presentTaxes(
  { taxes, pricesIncludeTax: included }: BillParts,
  amount: ToMoney,
): BillView['taxes'] {
  if (taxes.length === 0) return nothing;
  return Object.freeze(
    taxes.map(({ taxRateId, name, percent, baseMinor, amountMinor }) =>
      Object.freeze({
        taxRateId,
        name,
        percent,
        base: amount(baseMinor),
        amount: amount(amountMinor),
        included,
      }),
    ),
  );
}
