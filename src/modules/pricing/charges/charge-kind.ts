import { invalidInput } from '../../../shared/common-errors.ts';
import { pricesErrors } from '../errors.ts';
import {
  presentAmount,
  presentStamps,
  readAmount,
  readPercent,
  TAX_CATEGORY_DEFAULT,
} from '../fields.ts';
import type { RuleKind } from '../manage-rules.ts';
import { compactPostalCode, normalisePostalCode } from '../postal-area.ts';
import type { ChargeRow } from './charge.ts';
import {
  changeCharge,
  deleteCharge,
  findCharge,
  insertCharge,
  listCharges,
  lockCharge,
} from './queries.ts';
import type { ChargeTerms, ChargeView, NewCharge } from './schemas.ts';

type ChargeFields = Omit<ChargeRow, 'id' | 'version' | 'createdAt' | 'updatedAt'>;

/** Returns how charges are managed in a shop with this currency. */
export function chargeKind(
  currency: string,
): RuleKind<ChargeRow, ChargeFields, NewCharge, ChargeTerms, ChargeView> {
  return {
    name: 'charges',
    loggedAs: 'charge',
    errors: pricesErrors,
    list: listCharges,
    find: findCharge,
    lock: lockCharge,
    insert: (tx, id, fields) => insertCharge(tx, id, ...toColumns(fields)),
    change: (tx, id, fields) => changeCharge(tx, id, ...toColumns(fields)),
    delete: deleteCharge,
    complete: (input) => ({ ...defaults, ...input }),
    toTerms,
    toFields: (terms) => toFields(terms, currency),
    present: (row) => ({ id: row.id, ...toTerms(row), ...presentStamps(row) }),
  };
}

const defaults = {
  amount: null,
  percent: null,
  fulfilmentTypes: null,
  belowSubtotal: null,
  freeFrom: null,
  postalCodes: null,
  taxCategory: TAX_CATEGORY_DEFAULT,
  active: true,
};

function toTerms(row: ChargeRow): ChargeTerms {
  const { name, kind, percent, fulfilmentTypes, postalCodes, taxCategory, active } = row;
  return {
    name,
    kind,
    amount: presentAmount(row.amountMinor, row.currency),
    percent,
    fulfilmentTypes,
    belowSubtotal: presentAmount(row.belowSubtotalMinor, row.currency),
    freeFrom: presentAmount(row.freeFromMinor, row.currency),
    postalCodes,
    taxCategory,
    active,
  };
}

function toFields(terms: ChargeTerms, currency: string): ChargeFields {
  const { name, kind, amount, percent, fulfilmentTypes, taxCategory, active } = terms;
  if (amount === null && percent === null) {
    throw invalidInput('/amount', 'A charge needs an amount or a percent.');
  }
  if (amount !== null && percent !== null) {
    throw invalidInput('/percent', 'A charge has either an amount or a percent.');
  }
  if (terms.postalCodes !== null && kind !== 'DELIVERY') {
    throw invalidInput('/postalCodes', 'Only DELIVERY charges have postal codes.');
  }
  const blank = terms.postalCodes?.findIndex((prefix) => compactPostalCode(prefix) === '') ?? -1;
  if (blank !== -1) {
    throw invalidInput(`/postalCodes/${blank}`, 'A postal code has letters or digits.');
  }
  return {
    name,
    kind,
    amountMinor: readAmount(amount, 'amount', currency),
    percent: percent === null ? null : readPercent(percent),
    currency,
    fulfilmentTypes,
    belowSubtotalMinor: readAmount(terms.belowSubtotal, 'belowSubtotal', currency),
    freeFromMinor: readAmount(terms.freeFrom, 'freeFrom', currency),
    postalCodes:
      terms.postalCodes === null ? null : [...new Set(terms.postalCodes.map(normalisePostalCode))],
    taxCategory,
    active,
  };
}

function toColumns(fields: ChargeFields) {
  return [
    fields.name,
    fields.kind,
    fields.amountMinor,
    fields.percent,
    fields.currency,
    fields.fulfilmentTypes,
    fields.belowSubtotalMinor,
    fields.freeFromMinor,
    fields.postalCodes,
    fields.taxCategory,
    fields.active,
  ] as const;
}
