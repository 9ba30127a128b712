import { type Static, Type } from 'typebox';
import { Choice, Instant, Nullable, Text } from '../../../http/index.ts';
import { fulfilmentTypes } from '../../pricing/index.ts';
import { type OpeningTimes, weekdays } from './settings.ts';

const OPENINGS_MAX = 12;
const CLOSED_DATES_MAX = 400;
const TIP_PERCENTS_MAX = 6;

const Openings = Type.Array(
  Type.Unsafe<OpeningTimes>(
    Type.Array(
      Type.String({
        pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
        description: 'A time of the form "HH:MM", from "00:00" to "24:00".',
      }),
      { minItems: 2, maxItems: 2 },
    ),
  ),
  { maxItems: OPENINGS_MAX },
);

const OpeningHoursFields = Type.Object(
  Object.fromEntries(weekdays.map((day) => [day, Type.Optional(Openings)])) as Record<
    (typeof weekdays)[number],
    ReturnType<typeof Type.Optional<typeof Openings>>
  >,
  { additionalProperties: false },
);

const hoursText =
  'The openings that begin on each day, as pairs of beginning and end on the shop’s clock. An end at or before its beginning is on the next day, so equal times are 24 hours; "24:00" is the end of the day. A time that the clock skips is moved forward, and one that comes twice means the first. A day that is missing is closed. Null: always open.';

const fields = {
  name: Nullable(
    Text('name', 100, { minLength: 1, description: 'Null: the name in the configuration.' }),
  ),
  timeZone: Type.String({
    pattern: '^[A-Za-z0-9+_/-]{1,100}$',
    description: 'An IANA time zone, such as `Europe/London`.',
  }),
  fulfilmentTypes: Type.Array(Choice(fulfilmentTypes), {
    minItems: 1,
    maxItems: fulfilmentTypes.length,
    uniqueItems: true,
    description: 'What the shop offers. The first applies to orders that name no type.',
  }),
  openingHours: Type.Unsafe<Static<typeof OpeningHoursFields> | null>({
    ...Nullable(OpeningHoursFields),
    description: hoursText,
  }),
  closedDates: Type.Array(
    Type.Object(
      {
        date: Type.String({ format: 'date', description: 'Such as "2026-12-25".' }),
        reason: Type.Optional(Nullable(Text('name', 100, { minLength: 1 }))),
      },
      { additionalProperties: false },
    ),
    {
      maxItems: CLOSED_DATES_MAX,
      description: 'Days on which no opening begins. Customers see the reason.',
    },
  ),
  acceptingOrders: Type.Boolean({
    description: 'False pauses the shop. True ends a pause, with its `pausedUntil`.',
  }),
  pausedUntil: Type.Unsafe<string | null>({
    ...Nullable(Instant),
    description: 'When a pause ends by itself. Null: only by `acceptingOrders: true`.',
  }),
  leadMinutes: Type.Integer({
    minimum: 0,
    maximum: 1440,
    description: 'How long an order takes at least.',
  }),
  slotMinutes: Type.Integer({
    minimum: 0,
    maximum: 240,
    description: 'The length of a slot, from 5 to 240. 0: no slots.',
  }),
  slotOrdersMax: Type.Integer({
    minimum: 0,
    maximum: 100_000,
    description: 'How many orders a slot takes. 0: no limit.',
  }),
  horizonDays: Type.Integer({
    minimum: 0,
    maximum: 60,
    description: 'For how many days after today orders are taken.',
  }),
  tipPercents: Type.Array(Type.Integer({ minimum: 0, maximum: 100 }), {
    maxItems: TIP_PERCENTS_MAX,
    description: 'The tips that a front end proposes, in ascending order.',
  }),
};

export const UpdateShopBody = Type.Object(
  {
    ...Type.Partial(Type.Object(fields)).properties,
    version: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2_147_483_647,
        description: 'The version that the change was based on.',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ acceptingOrders: true }],
  },
);

export type ShopChange = Static<typeof UpdateShopBody>;

export const ShopReply = Type.Object({
  name: Type.String(),
  currency: Type.String({ description: 'ISO 4217.' }),
  pricesIncludeTax: Type.Boolean(),
  timeZone: Type.String(),
  fulfilmentTypes: Type.Array(Choice(fulfilmentTypes)),
  openingHours: Nullable(OpeningHoursFields),
  closedDates: Type.Array(
    Type.Object({ date: Type.String({ format: 'date' }), reason: Nullable(Type.String()) }),
  ),
  open: Type.Boolean({ description: 'Whether an opening is going on, paused or not.' }),
  acceptingOrders: Type.Boolean({ description: 'False during a pause.' }),
  pausedUntil: Nullable(Instant),
  opensAt: Type.Unsafe<string | null>({
    ...Nullable(Instant),
    description: 'When the next opening begins. Null while the shop is open, and if there is none.',
  }),
  leadMinutes: Type.Integer(),
  slotMinutes: Type.Integer({ description: '0: no slots.' }),
  slotOrdersMax: Type.Integer({ description: '0: no limit.' }),
  horizonDays: Type.Integer(),
  tipPercents: Type.Array(Type.Integer()),
  guestCheckout: Type.Boolean({ description: 'Whether orders need no account.' }),
  version: Type.Integer({ minimum: 1 }),
});

export type ShopView = Static<typeof ShopReply>;
