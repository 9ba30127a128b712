import { type Static, Type } from 'typebox';
import { Id, MoneyValue, Nullable } from '../../http/index.ts';
import type { Frozen } from '../../shared/frozen.ts';
import { QUANTITY_MAX } from '../../shared/money.ts';
import { Sku } from '../catalog/index.ts';
import {
  lineChoices,
  placementFields,
  QuoteRefusals,
  StatedFulfilmentReply,
  termFields,
} from '../orders/index.ts';
import { BillReply, lineFields } from '../pricing/index.ts';

const Amount = Type.Object({ amount: Type.Integer(), currency: Type.String() });

export const ItemParameter = Type.Object({
  sku: Type.String({
    ...Sku,
    description:
      'The id of an item, or the SKU of a product, which means the item without modifiers and note.',
  }),
});

const Quantity = Type.Integer({ minimum: 1, maximum: QUANTITY_MAX });

export const SetItemBody = Type.Object(
  { quantity: Quantity },
  { additionalProperties: false, examples: [{ quantity: 2 }] },
);

export const AddItemBody = Type.Object(
  { sku: Sku, quantity: Quantity, ...lineChoices },
  {
    additionalProperties: false,
    examples: [{ sku: 'PILAU-RICE', quantity: 2, note: 'well done' }],
  },
);

export type AddItemInput = Static<typeof AddItemBody>;

export const UpdateItemBody = Type.Object(
  {
    quantity: Type.Optional(Quantity),
    modifiers: Type.Optional(Nullable(lineChoices.modifiers)),
    note: Type.Optional(Nullable(lineChoices.note)),
  },
  { additionalProperties: false, examples: [{ quantity: 3, note: null }] },
);

export type UpdateItemInput = Static<typeof UpdateItemBody>;

/** As `MoneyValue`, without its name: errors of a nullable shape with a name have no pointers into it. */
const Tip = Type.Object(MoneyValue.properties, { additionalProperties: false });

export const UpdateCartBody = Type.Object(
  {
    discountCodes: Type.Optional(Nullable(termFields.discountCodes)),
    tip: Type.Optional(Nullable(Tip)),
    note: Type.Optional(Nullable(termFields.note)),
    fulfilment: Type.Optional(Nullable(termFields.fulfilment)),
  },
  { additionalProperties: false, examples: [{ note: 'no coriander', fulfilment: null }] },
);

export type UpdateCartInput = Static<typeof UpdateCartBody>;

const Version = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 });

export const CheckOutBody = Type.Object(
  { ...placementFields, cartVersion: Type.Optional(Version) },
  {
    additionalProperties: false,
    examples: [{ note: 'no coriander', shippingAddress: '1 Example Street, London' }],
  },
);

export type CheckOutInput = Static<typeof CheckOutBody>;

const CartContent = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Id,
      ...lineFields,
      available: Type.Integer({
        description:
          'Units that can be ordered now. 0 if the product is no longer for sale, or no longer with these modifiers: the item is not part of the bill, its total is 0, and a checkout is refused.',
      }),
    }),
  ),
  bill: BillReply,
  total: Amount,
  refusals: QuoteRefusals,
  discountCodes: Type.Array(Type.String()),
  tip: Nullable(Amount),
  note: Nullable(Type.String()),
  fulfilment: Nullable(StatedFulfilmentReply),
  version: Type.Integer({
    description:
      'Increases with each change of the items, codes, tip, note or fulfilment. Send it as `cartVersion` at checkout.',
  }),
});

export type CartView = Frozen<Static<typeof CartContent>>;

export const CartReply = Type.Unsafe<CartView>(CartContent);
