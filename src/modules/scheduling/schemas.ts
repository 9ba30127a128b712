import { type Static, Type } from 'typebox';
import { Choice, Instant, Nullable } from '../../http/index.ts';
import { fulfilmentTypes } from '../pricing/index.ts';

export const ListSlotsQuery = Type.Object(
  {
    date: Type.String({
      format: 'date',
      description: 'The day of the shop on which the opening begins, such as "2026-12-01".',
    }),
    type: Type.Optional(
      Choice(fulfilmentTypes, { description: 'Default: the first type that the shop offers.' }),
    ),
  },
  { additionalProperties: false },
);

export type ListSlotsInput = Static<typeof ListSlotsQuery>;

export const SlotList = Type.Object({
  data: Type.Array(
    Type.Object({
      start: Instant,
      end: Instant,
      available: Type.Unsafe<number | null>({
        ...Nullable(Type.Integer()),
        description: 'How many further orders the slot takes. Null: any number.',
      }),
    }),
  ),
});

export type SlotListView = Static<typeof SlotList>;
