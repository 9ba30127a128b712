import { type Static, Type } from 'typebox';
import { Id } from '../../http/index.ts';
import { QUANTITY_MAX } from '../../shared/money.ts';
import { Sku } from '../catalog/index.ts';
import { placementFields } from '../orders/index.ts';

const Amount = Type.Object({ amount: Type.Integer(), currency: Type.String() });

export const SkuParameter = Type.Object({ sku: Sku });

export const SetItemBody = Type.Object(
  { quantity: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }) },
  { additionalProperties: false, examples: [{ quantity: 2 }] },
);

const Version = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 });

export const CheckOutBody = Type.Object(
  { ...placementFields, cartVersion: Type.Optional(Version) },
  {
    additionalProperties: false,
    examples: [{ note: 'no coriander', shippingAddress: '1 Example Street, London' }],
  },
);

export type CheckOutInput = Static<typeof CheckOutBody>;

export const CartReply = Type.Object({
  items: Type.Array(
    Type.Object({
      sku: Type.String(),
      productId: Id,
      name: Type.String(),
      quantity: Type.Integer(),
      unitPrice: Amount,
      total: Amount,
      available: Type.Integer({
        description: 'Units that can be ordered now; 0 if the product is no longer for sale.',
      }),
    }),
  ),
  total: Amount,
  version: Type.Integer({
    description: 'Increases with each change of the lines. Send it as `cartVersion` at checkout.',
  }),
});

export type CartView = Static<typeof CartReply>;
