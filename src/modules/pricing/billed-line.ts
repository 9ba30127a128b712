import { type Static, Type } from 'typebox';
import type { Frozen } from '../../shared/frozen.ts';
import { frozenMoney } from '../../shared/money.ts';

/** A modifier of a line, at its price when the order was placed. */
export interface BilledModifier {
  readonly code: string;
  readonly name: string;
  /** Units for one unit of the line. */
  readonly quantity: number;
  readonly unitPriceMinor: number;
  /** The product whose stock it reserves; null or left out: none. */
  readonly productId?: string | null;
}

/** What a line of an order, cart or quote costs. */
export interface BilledLine {
  readonly sku: string;
  readonly productId: string;
  readonly name: string;
  readonly quantity: number;
  /** The price of one unit with its modifiers. */
  readonly unitPriceMinor: number;
  readonly totalMinor: number;
  /** The price of one unit without its modifiers. */
  readonly basePriceMinor: number;
  readonly modifiers: readonly BilledModifier[];
  readonly note: string | null;
  /** Its part of all discounts. */
  readonly discountMinor: number;
  /** Its part of all taxes. */
  readonly taxMinor: number;
}

const Amount = Type.Object({ amount: Type.Integer(), currency: Type.String() });
const described = (description: string) =>
  Type.Unsafe<Static<typeof Amount>>({ ...Amount, description });

/** The members of a line, for a reply that has others beside them. */
export const lineFields = {
  line: Type.Integer({ description: 'The number of the line, from 1. It never changes.' }),
  sku: Type.String(),
  productId: Type.String({ format: 'uuid' }),
  name: Type.String(),
  quantity: Type.Integer(),
  unitPrice: described('The price of one unit with its modifiers.'),
  total: described('Quantity times unit price.'),
  modifiers: Type.Array(
    Type.Object({
      code: Type.String(),
      name: Type.String(),
      quantity: Type.Integer({ description: 'Units for one unit of the line.' }),
      unitPrice: Amount,
    }),
  ),
  note: Type.Union([Type.String(), Type.Null()]),
  basePrice: described('The price of one unit without its modifiers.'),
  discount: described('The part of the discounts that belongs to this line.'),
  tax: described('The part of the taxes that belongs to this line.'),
  charged: described('The total less the discount, with the tax where prices exclude it.'),
};

const Line = Type.Object(lineFields);

export type LineView = Frozen<Static<typeof Line>>;

export const LineReply = Type.Unsafe<LineView>(Line);

const noModifiers: LineView['modifiers'] = Object.freeze([]);

/**
 * Builds the view of a line, frozen. `number` is its place, from 1. Equal amounts are one object, because most lines have
 * no modifiers, discount or tax.
 */
export function presentLine(
  line: BilledLine,
  number: number,
  { currency, pricesIncludeTax }: { readonly currency: string; readonly pricesIncludeTax: boolean },
): LineView {
  const { totalMinor, unitPriceMinor, basePriceMinor, discountMinor, taxMinor } = line;
  const chargedMinor = totalMinor - discountMinor + (pricesIncludeTax ? 0 : taxMinor);
  const unitPrice = frozenMoney(unitPriceMinor, currency);
  const total = totalMinor === unitPriceMinor ? unitPrice : frozenMoney(totalMinor, currency);
  return Object.freeze({
    line: number,
    sku: line.sku,
    productId: line.productId,
    name: line.name,
    quantity: line.quantity,
    unitPrice,
    total,
    modifiers: line.modifiers.length === 0 ? noModifiers : presentModifiers(line, currency),
    note: line.note,
    basePrice:
      basePriceMinor === unitPriceMinor ? unitPrice : frozenMoney(basePriceMinor, currency),
    discount: frozenMoney(discountMinor, currency),
    tax: frozenMoney(taxMinor, currency),
    charged: chargedMinor === totalMinor ? total : frozenMoney(chargedMinor, currency),
  });
}

function presentModifiers({ modifiers }: BilledLine, currency: string): LineView['modifiers'] {
  return Object.freeze(
    modifiers.map(({ code, name, quantity, unitPriceMinor }) =>
      Object.freeze({ code, name, quantity, unitPrice: frozenMoney(unitPriceMinor, currency) }),
    ),
  );
}
