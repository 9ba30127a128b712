import { type Static, Type } from 'typebox';
import {
  CursorParameter,
  Id,
  Instant,
  LimitParameter,
  Nullable,
  pageOfSchema,
  Text,
} from '../../../http/index.ts';
import { EditedVersion, Price, PriceReply, Sku } from '../fields.ts';
import { SKU_PATTERN } from '../product.ts';
import { MODIFIER_NAME_LENGTH_MAX, MODIFIERS_MAX, UNITS_MAX } from './modifier-group.ts';

const Name = Text('name', MODIFIER_NAME_LENGTH_MAX, { minLength: 1 });

const units = (description: string) =>
  Type.Integer({ minimum: 0, maximum: UNITS_MAX, description });
const Min = units('The fewest units that have to be chosen.');
const Max = units('The most units that can be chosen, of all modifiers together.');

const ModifierInput = Type.Object(
  {
    code: Type.String({
      pattern: SKU_PATTERN,
      description:
        'Up to 64 letters, digits, dots, underscores and hyphens, a letter or digit first. Unique in the shop.',
    }),
    name: Name,
    price: Price,
    quantityMax: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: UNITS_MAX,
        default: 1,
        description: 'The most units of this modifier.',
      }),
    ),
    sku: Type.Optional(
      Type.Unsafe<string | null>({
        ...Nullable(Sku),
        description: 'The product whose stock a chosen unit reserves.',
      }),
    ),
    active: Type.Optional(Type.Boolean({ default: true })),
  },
  { additionalProperties: false },
);

export type ModifierInput = Static<typeof ModifierInput>;

const Modifiers = Type.Array(ModifierInput, {
  maxItems: MODIFIERS_MAX,
  description: 'In the order in which they are offered.',
});

export const CreateGroupBody = Type.Object(
  { name: Name, min: Min, max: Max, modifiers: Modifiers },
  {
    additionalProperties: false,
    examples: [
      {
        name: 'Heat',
        min: 1,
        max: 1,
        modifiers: [
          { code: 'MILD', name: 'Mild', price: { amount: 0, currency: 'GBP' } },
          { code: 'EXTRA-HOT', name: 'Extra hot', price: { amount: 50, currency: 'GBP' } },
        ],
      },
    ],
  },
);

export type CreateGroupInput = Static<typeof CreateGroupBody>;

export const UpdateGroupBody = Type.Object(
  {
    name: Type.Optional(Name),
    min: Type.Optional(Min),
    max: Type.Optional(Max),
    modifiers: Type.Optional(
      Type.Unsafe<readonly ModifierInput[]>({
        ...Modifiers,
        description: 'Replaces all modifiers of the group.',
      }),
    ),
    version: Type.Optional(EditedVersion),
  },
  { additionalProperties: false, examples: [{ name: 'How hot?' }] },
);

export type UpdateGroupInput = Static<typeof UpdateGroupBody>;

export const ListGroupsQuery = Type.Object(
  { limit: LimitParameter, cursor: CursorParameter },
  { additionalProperties: false },
);

export type ListGroupsInput = Static<typeof ListGroupsQuery>;

const modifierReply = {
  code: Type.String(),
  name: Type.String(),
  price: PriceReply,
  quantityMax: Type.Integer(),
};

export const GroupReply = Type.Object({
  id: Id,
  name: Type.String(),
  min: Type.Integer(),
  max: Type.Integer(),
  modifiers: Type.Array(
    Type.Object({ ...modifierReply, sku: Nullable(Type.String()), active: Type.Boolean() }),
  ),
  version: Type.Integer({ minimum: 1 }),
  createdAt: Instant,
  updatedAt: Instant,
});

export type GroupView = Static<typeof GroupReply>;

export const GroupPage = pageOfSchema(GroupReply);

/** A modifier group in the reply of a product. */
export const OfferedGroupReply = Type.Object({
  id: Id,
  name: Type.String(),
  min: Type.Integer({ description: 'The fewest units that have to be chosen.' }),
  max: Type.Integer({ description: 'The most units that can be chosen.' }),
  modifiers: Type.Array(
    Type.Object({
      ...modifierReply,
      available: Type.Unsafe<number | null>({
        ...Nullable(Type.Integer()),
        description: 'Units that can be chosen now. Null: no limit but `quantityMax`.',
      }),
      sku: Type.Optional(
        Type.Unsafe<string | null>({
          ...Nullable(Type.String()),
          description: 'Shown to staff.',
        }),
      ),
      active: Type.Optional(Type.Boolean({ description: 'Shown to staff.' })),
    }),
  ),
});

export type OfferedGroupView = Static<typeof OfferedGroupReply>;

export const NoReply = Type.Unsafe<undefined>({ type: 'null', description: 'Done.' });
