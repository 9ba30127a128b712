import { type Static, Type } from 'typebox';
import {
  Choice,
  CursorParameter,
  Id,
  Instant,
  LimitParameter,
  Nullable,
  pageOfSchema,
  Search,
  Text,
} from '../../http/index.ts';
import { TaxCategory } from '../pricing/index.ts';
import { EditedVersion, Price, PriceReply, Sku } from './fields.ts';
import { OfferedGroupReply } from './modifiers/schemas.ts';
import {
  CATEGORY_LENGTH_MAX,
  DESCRIPTION_LENGTH_MAX,
  MODIFIER_GROUPS_MAX,
  NAME_LENGTH_MAX,
  POSITION_MAX,
  STOCK_MAX,
} from './product.ts';

const ProductName = Text('name', NAME_LENGTH_MAX, { minLength: 1 });
const Description = Text('lines', DESCRIPTION_LENGTH_MAX);

/** Members of a product that a request may leave out. They have no defaults here, because an edit would apply them. */
const menuMembers = {
  taxCategory: Type.Optional(TaxCategory),
  category: Type.Optional(
    Type.Unsafe<string | null>({
      ...Nullable(Text('name', CATEGORY_LENGTH_MAX, { minLength: 1 })),
      description: 'The section of the menu.',
    }),
  ),
  position: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: POSITION_MAX,
      description: 'The order in the menu, lowest first; 0 for a new product.',
    }),
  ),
  modifierGroupIds: Type.Optional(
    Type.Array(Id, {
      maxItems: MODIFIER_GROUPS_MAX,
      uniqueItems: true,
      description: 'What can be chosen with the product, in this order.',
    }),
  ),
};

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
    ...menuMembers,
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
    ...menuMembers,
    version: Type.Optional(EditedVersion),
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
    sort: Type.Optional(
      Choice(['name', 'menu'], {
        description:
          '`menu`: by section, the one with the lowest `position` first, then by `position` and name; products without a section last. Default: `name`.',
      }),
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
  price: PriceReply,
  active: Type.Boolean(),
  taxCategory: Type.String(),
  category: Nullable(Type.String()),
  position: Type.Integer(),
  modifierGroupIds: Type.Array(Id),
  modifierGroups: Type.Array(OfferedGroupReply, {
    description: 'In the order of `modifierGroupIds`.',
  }),
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
