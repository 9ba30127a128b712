import { type Static, Type } from 'typebox';
import { Choice, Id, Instant, Nullable, Text } from '../../../http/index.ts';
import { PRICE_MINOR_MAX, TOTAL_MINOR_MAX } from '../../../shared/money.ts';
import { CODE_PATTERN } from '../discount-code.ts';
import {
  Amount,
  AmountReply,
  IsActive,
  Percent,
  RuleName,
  RuleVersion,
  stampReplies,
} from '../fields.ts';

const kinds = ['PERCENT', 'AMOUNT', 'FREE_DELIVERY'] as const;
const scopes = ['ORDER', 'LINES'] as const;
const MATCHES_MAX = 200;

const fields = {
  code: Nullable(
    Type.String({
      pattern: CODE_PATTERN,
      description:
        'Up to 40 letters, digits, dots, underscores and hyphens, a letter or digit first. Unique, compared without case. Null: the discount applies by itself, unless that makes the order dearer. At most 50 without a code are active.',
    }),
  ),
  name: RuleName,
  kind: Choice(kinds, {
    description:
      'FREE_DELIVERY takes the delivery charge away. It has no scope, percent or amount.',
  }),
  percent: Nullable(Percent),
  amount: Nullable(Amount(1, PRICE_MINOR_MAX)),
  scope: Nullable(
    Choice(scopes, {
      description: 'ORDER: off the whole order. LINES: off each line, an amount off each unit.',
    }),
  ),
  skus: Nullable(
    Type.Array(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
        description:
          'Up to 64 letters, digits, dots, underscores and hyphens, a letter or digit first.',
      }),
      {
        minItems: 1,
        maxItems: MATCHES_MAX,
        uniqueItems: true,
        description:
          'The products of the lines, for LINES only. Without these and categories: all.',
      },
    ),
  ),
  categories: Nullable(
    Type.Array(Text('name', 60, { minLength: 1 }), {
      minItems: 1,
      maxItems: MATCHES_MAX,
      uniqueItems: true,
      description: 'The menu sections of the lines, for LINES only.',
    }),
  ),
  minimumSubtotal: Nullable(Amount(0, TOTAL_MINOR_MAX)),
  startsAt: Nullable(Instant),
  endsAt: Nullable(Instant),
  usesMax: Nullable(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000_000,
      description: 'How many orders may use it that are neither CANCELLED nor FAILED.',
    }),
  ),
  usesPerCustomerMax: Nullable(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  firstOrderOnly: Type.Boolean({ description: 'Default false.' }),
  combines: Type.Boolean({
    description: 'Whether it applies together with others that combine. Default false.',
  }),
  active: IsActive,
};

export type DiscountTerms = Static<ReturnType<typeof Type.Object<typeof fields>>>;

export const CreateDiscountBody = Type.Object(
  {
    ...Type.Partial(Type.Object(fields)).properties,
    name: fields.name,
    kind: fields.kind,
  },
  {
    additionalProperties: false,
    examples: [
      { code: 'WELCOME10', name: '10 % off', kind: 'PERCENT', percent: '10', scope: 'ORDER' },
    ],
  },
);

export type NewDiscount = Static<typeof CreateDiscountBody>;

export const UpdateDiscountBody = Type.Object(
  { ...Type.Partial(Type.Object(fields)).properties, version: RuleVersion },
  { additionalProperties: false, examples: [{ active: false }] },
);

export const DiscountReply = Type.Object({
  id: Id,
  code: Nullable(Type.String()),
  name: Type.String(),
  kind: Choice(kinds),
  percent: Nullable(Type.String()),
  amount: Nullable(AmountReply),
  scope: Nullable(Choice(scopes)),
  skus: Nullable(Type.Array(Type.String())),
  categories: Nullable(Type.Array(Type.String())),
  minimumSubtotal: Nullable(AmountReply),
  startsAt: Nullable(Instant),
  endsAt: Nullable(Instant),
  usesMax: Nullable(Type.Integer()),
  uses: Type.Integer({ description: 'Orders that use it and are neither CANCELLED nor FAILED.' }),
  usesPerCustomerMax: Nullable(Type.Integer()),
  firstOrderOnly: Type.Boolean(),
  combines: Type.Boolean(),
  active: Type.Boolean(),
  ...stampReplies,
});

export type DiscountView = Static<typeof DiscountReply>;
