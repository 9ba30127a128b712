import { type Static, Type } from 'typebox';
import { Id, Nullable } from '../../../http/index.ts';
import {
  FulfilmentTypes,
  FulfilmentTypesReply,
  IsActive,
  Percent,
  RuleName,
  RuleVersion,
  stampReplies,
  TaxCategory,
} from '../fields.ts';

const fields = {
  name: RuleName,
  percent: Percent,
  taxCategory: TaxCategory,
  fulfilmentTypes: Nullable(FulfilmentTypes),
  active: IsActive,
};

export type TaxRateTerms = Static<ReturnType<typeof Type.Object<typeof fields>>>;

export const CreateTaxRateBody = Type.Object(
  {
    ...fields,
    taxCategory: Type.Optional(fields.taxCategory),
    fulfilmentTypes: Type.Optional(fields.fulfilmentTypes),
    active: Type.Optional(fields.active),
  },
  { additionalProperties: false, examples: [{ name: 'VAT', percent: '20' }] },
);

export type NewTaxRate = Static<typeof CreateTaxRateBody>;

export const UpdateTaxRateBody = Type.Object(
  { ...Type.Partial(Type.Object(fields)).properties, version: RuleVersion },
  { additionalProperties: false, examples: [{ active: false }] },
);

export const TaxRateReply = Type.Object({
  id: Id,
  name: Type.String(),
  percent: Type.String(),
  taxCategory: Type.String(),
  fulfilmentTypes: FulfilmentTypesReply,
  active: Type.Boolean(),
  ...stampReplies,
});

export type TaxRateView = Static<typeof TaxRateReply>;
