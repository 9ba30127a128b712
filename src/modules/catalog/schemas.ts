import { type Static, Type } from 'typebox';
import {
  CursorParameter,
  Id,
  Instant,
  LimitParameter,
  pageOfSchema,
  Search,
  Text,
} from '../../http/index.ts';
import { PRICE_MINOR_MAX } from '../../shared/money.ts';
import { DESCRIPTION_LENGTH_MAX, NAME_LENGTH_MAX, SKU_PATTERN, STOCK_MAX } from './product.ts';

export const Sku = Type.String({
  pattern: SKU_PATTERN,
  description: 'Up to 64 letters, digits, dots, underscores and hyphens, a letter or digit first.',
});

const ProductName = Text('name', NAME_LENGTH_MAX, { minLength: 1 });
const Description = Text('lines', DESCRIPTION_LENGTH_MAX);

const Price = Type.Object(
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

export const CreateProductBody = Type.Object(
  {
    sku: Sku,
    name: ProductName,
    description: Type.Optional(Description),
    price: Price,
    active: Type.Optional(Type.Boolean({ default: true })),
    onHand: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: STOCK_MAX,
        description: 'Initial units on hand.',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [
      {
        sku: 'PILAU-RICE',
        name: 'Pilau Rice',
        description: 'Basmati with cardamom.',
        price: { amount: 295, currency: 'GBP' },
        onHand: 100,
      },
    ],
  },
);

export type CreateProductInput = Static<typeof CreateProductBody>;

export const UpdateProductBody = Type.Object(
  {
    name: Type.Optional(ProductName),
    description: Type.Optional(Description),
    price: Type.Optional(Price),
    active: Type.Optional(Type.Boolean()),
    version: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2_147_483_647,
        description: 'The version that the change was based on.',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ price: { amount: 325, currency: 'GBP' } }] },
);

export type UpdateProductInput = Static<typeof UpdateProductBody>;

export const ListProductsQuery = Type.Object(
  {
    search: Type.Optional(
      Search('Matches SKU and name, ignoring case and accents.', { minLength: 1 }),
    ),
    available: Type.Optional(
      Type.Boolean({ description: 'Only products that are, or are not, available now.' }),
    ),
    limit: LimitParameter,
    cursor: CursorParameter,
  },
  { additionalProperties: false },
);

export type ListProductsInput = Static<typeof ListProductsQuery>;

export const ProductReply = Type.Object({
  id: Id,
  sku: Type.String(),
  name: Type.String(),
  description: Type.String(),
  price: Type.Object({ amount: Type.Integer(), currency: Type.String() }),
  active: Type.Boolean(),
  stock: Type.Object({
    onHand: Type.Optional(Type.Integer({ description: 'Shown to staff.' })),
    reserved: Type.Optional(Type.Integer({ description: 'Shown to staff.' })),
    available: Type.Integer({ description: 'Units that can be ordered now.' }),
  }),
  version: Type.Integer({ minimum: 1 }),
  createdAt: Instant,
  updatedAt: Instant,
});

export type ProductView = Static<typeof ProductReply>;

export const ProductPage = pageOfSchema(ProductReply);
