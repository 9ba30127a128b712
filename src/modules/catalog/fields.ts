import { Type } from 'typebox';
import { PRICE_MINOR_MAX } from '../../shared/money.ts';
import { SKU_PATTERN } from './product.ts';

/** Shapes that products and modifier groups share. */

export const Sku = Type.String({
  pattern: SKU_PATTERN,
  description: 'Up to 64 letters, digits, dots, underscores and hyphens, a letter or digit first.',
});

export const Price = Type.Object(
  {
    amount: Type.Integer({
      minimum: 0,
      maximum: PRICE_MINOR_MAX,
      description: 'In the minor unit (ISO 4217).',
    }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  },
  { additionalProperties: false },
);

export const PriceReply = Type.Object({ amount: Type.Integer(), currency: Type.String() });

/** The version that an edit was based on. */
export const EditedVersion = Type.Integer({
  minimum: 1,
  maximum: 2_147_483_647,
  description: 'The version that the change was based on.',
});
