import { type Static, Type } from 'typebox';
import { Choice, Id, Nullable, Text } from '../../../http/index.ts';
import { PRICE_MINOR_MAX, TOTAL_MINOR_MAX } from '../../../shared/money.ts';
import {
  Amount,
  AmountReply,
  FulfilmentTypes,
  FulfilmentTypesReply,
  IsActive,
  Percent,
  RuleName,
  RuleVersion,
  stampReplies,
  TaxCategory,
} from '../fields.ts';
import { chargeKinds } from '../rules.ts';

const fields = {
  name: RuleName,
  kind: Choice(chargeKinds),
  amount: Nullable(Amount(0, PRICE_MINOR_MAX)),
  percent: Nullable({ ...Percent, description: 'Of the discounted subtotal, from 0 to 100.' }),
  fulfilmentTypes: Nullable(FulfilmentTypes),
  belowSubtotal: Nullable(Amount(1, TOTAL_MINOR_MAX)),
  freeFrom: Nullable(Amount(0, TOTAL_MINOR_MAX)),
  postalCodes: Nullable(
    Type.Array(Text('name', 20, { minLength: 1 }), {
      minItems: 1,
      maxItems: 1000,
      description: 'Prefixes, for DELIVERY only. The charge with the longest matching one applies.',
    }),
  ),
  taxCategory: TaxCategory,
  active: IsActive,
};

export type ChargeTerms = Static<ReturnType<typeof Type.Object<typeof fields>>>;

export const CreateChargeBody = Type.Object(
  {
    ...Type.Partial(Type.Object(fields)).properties,
    name: fields.name,
    kind: fields.kind,
  },
  {
    additionalProperties: false,
    examples: [
      {
        name: 'Delivery',
        kind: 'DELIVERY',
        amount: { amount: 350, currency: 'GBP' },
        freeFrom: { amount: 3000, currency: 'GBP' },
        postalCodes: ['YO1', 'YO10'],
      },
    ],
  },
);

export type NewCharge = Static<typeof CreateChargeBody>;

export const UpdateChargeBody = Type.Object(
  { ...Type.Partial(Type.Object(fields)).properties, version: RuleVersion },
  { additionalProperties: false, examples: [{ amount: { amount: 400, currency: 'GBP' } }] },
);

export const ChargeReply = Type.Object({
  id: Id,
  name: Type.String(),
  kind: Choice(chargeKinds),
  amount: Nullable(AmountReply),
  percent: Nullable(Type.String()),
  fulfilmentTypes: FulfilmentTypesReply,
  belowSubtotal: Nullable(AmountReply),
  freeFrom: Nullable(AmountReply),
  postalCodes: Nullable(Type.Array(Type.String())),
  taxCategory: Type.String(),
  active: Type.Boolean(),
  ...stampReplies,
});

export type ChargeView = Static<typeof ChargeReply>;
