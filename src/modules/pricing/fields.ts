import { type Static, Type } from 'typebox';
import {
  Choice,
  CursorParameter,
  Instant,
  LimitParameter,
  Nullable,
  Text,
} from '../../http/index.ts';
import { invalidInput } from '../../shared/common-errors.ts';
import { type Money, money } from '../../shared/money.ts';
import { parsePercent } from './proportion.ts';
import { fulfilmentTypes } from './rules.ts';

/** Fields that several kinds of rules have, and how they are checked. */

export const RuleName = Text('name', 100, { minLength: 1 });

export const Percent = Type.String({
  pattern: '^\\d{1,3}(\\.\\d{1,4})?$',
  description: 'A decimal number from 0 to 100 with up to four decimals, such as "8.875".',
});

export const TAX_CATEGORY_DEFAULT = 'standard';

export const TAX_CATEGORY_PATTERN = '^[a-z0-9][a-z0-9-]{0,39}$';

export const TaxCategory = Type.String({
  pattern: TAX_CATEGORY_PATTERN,
  description:
    'Up to 40 lower-case letters, digits and hyphens, a letter or digit first. Default `standard`.',
});

export const FulfilmentTypes = Type.Array(Choice(fulfilmentTypes), {
  minItems: 1,
  maxItems: fulfilmentTypes.length,
  uniqueItems: true,
});

export const IsActive = Type.Boolean({ description: 'Default true.' });

export function Amount(minimum: number, maximum: number) {
  return Type.Object(
    {
      amount: Type.Integer({ minimum, maximum, description: 'In the minor unit (ISO 4217).' }),
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    },
    { additionalProperties: false },
  );
}

/** The version that a change was based on. */
export const RuleVersion = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: 2_147_483_647,
    description: 'The version that the change was based on.',
  }),
);

export const ListRulesQuery = Type.Object(
  { limit: LimitParameter, cursor: CursorParameter },
  { additionalProperties: false },
);

export type ListRulesInput = Static<typeof ListRulesQuery>;

/** The members of a reply that do not depend on the kind. */
export const stampReplies = {
  version: Type.Integer({ minimum: 1 }),
  createdAt: Instant,
  updatedAt: Instant,
};

export const AmountReply = Type.Object({ amount: Type.Integer(), currency: Type.String() });
export const FulfilmentTypesReply = Nullable(Type.Array(Choice(fulfilmentTypes)));

/** Returns a percentage without needless zeros. Throws `request.invalid` above 100. */
export function readPercent(text: string): string {
  if (parsePercent(text) === null) throw invalidInput('/percent', 'must be from 0 to 100');
  const [whole = '', fraction = ''] = text.split('.');
  const decimals = fraction.replace(/0+$/, '');
  return `${Number(whole)}${decimals === '' ? '' : `.${decimals}`}`;
}

/** Returns the amount of a field. Throws `request.invalid` if it is not in the shop's currency. */
export function readAmount(amount: Money | null, field: string, currency: string): number | null {
  if (amount === null) return null;
  if (amount.currency !== currency) {
    throw invalidInput(`/${field}/currency`, `This shop sells in ${currency}.`);
  }
  return amount.amount;
}

export function presentStamps(row: {
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}) {
  return {
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function presentAmount(amountMinor: number | null, currency: string): Money | null {
  return amountMinor === null ? null : money(amountMinor, currency);
}
