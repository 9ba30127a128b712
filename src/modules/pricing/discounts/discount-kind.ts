import type { Transaction } from '../../../database/database.ts';
import { invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { discountsErrors } from '../errors.ts';
import { presentAmount, presentStamps, readAmount, readPercent } from '../fields.ts';
import type { RuleKind } from '../manage-rules.ts';
import { checkDiscount } from './check-discount.ts';
import type { DiscountRow } from './discount.ts';
import {
  changeDiscount,
  countAutomaticDiscounts,
  deleteDiscount,
  findDiscount,
  insertDiscount,
  listDiscounts,
  lockDiscount,
} from './queries.ts';
import type { DiscountTerms, DiscountView, NewDiscount } from './schemas.ts';

type DiscountFields = Omit<DiscountRow, 'id' | 'uses' | 'version' | 'createdAt' | 'updatedAt'>;

/** Returns how discounts are managed in a shop with this currency. */
export function discountKind(
  currency: string,
): RuleKind<DiscountRow, DiscountFields, NewDiscount, DiscountTerms, DiscountView> {
  return {
    name: 'discounts',
    loggedAs: 'discount',
    errors: discountsErrors,
    list: listDiscounts,
    find: findDiscount,
    lock: lockDiscount,
    insert: (tx, id, fields) => insertDiscount(tx, id, ...toColumns(fields)),
    change: (tx, id, fields) => changeDiscount(tx, id, ...toColumns(fields)),
    delete: deleteDiscount,
    complete: (input) => ({ ...defaults, ...input }),
    toTerms,
    toFields: (terms) => toFields(terms, currency),
    checkChange: requireUses,
    checkOthers: limitAutomatic,
    present: (row) => ({
      id: row.id,
      ...toTerms(row),
      uses: row.uses,
      ...presentStamps(row),
    }),
  };
}

const defaults = {
  code: null,
  percent: null,
  amount: null,
  scope: null,
  skus: null,
  categories: null,
  minimumSubtotal: null,
  startsAt: null,
  endsAt: null,
  usesMax: null,
  usesPerCustomerMax: null,
  firstOrderOnly: false,
  combines: false,
  active: true,
};

function toTerms(row: DiscountRow): DiscountTerms {
  return {
    code: row.code,
    name: row.name,
    kind: row.kind,
    percent: row.percent,
    amount: presentAmount(row.amountMinor, row.currency),
    scope: row.scope,
    skus: row.skus,
    categories: row.categories,
    minimumSubtotal: presentAmount(row.minimumSubtotalMinor, row.currency),
    startsAt: row.startsAt?.toISOString() ?? null,
    endsAt: row.endsAt?.toISOString() ?? null,
    usesMax: row.usesMax,
    usesPerCustomerMax: row.usesPerCustomerMax,
    firstOrderOnly: row.firstOrderOnly,
    combines: row.combines,
    active: row.active,
  };
}

function toFields(input: DiscountTerms, currency: string): DiscountFields {
  checkDiscount(input);
  const { amount, percent, minimumSubtotal, startsAt, endsAt, ...fields } = input;
  return {
    ...fields,
    percent: percent === null ? null : readPercent(percent),
    amountMinor: readAmount(amount, 'amount', currency),
    currency,
    minimumSubtotalMinor: readAmount(minimumSubtotal, 'minimumSubtotal', currency),
    startsAt: startsAt === null ? null : new Date(startsAt),
    endsAt: endsAt === null ? null : new Date(endsAt),
  };
}

/** The row is locked, so no order can use the discount in the meantime. Throws `discounts.below_uses`. */
function requireUses({ uses }: DiscountRow, { usesMax }: DiscountFields): void {
  if (usesMax !== null && usesMax < uses) {
    throw new CodedError(discountsErrors.belowUses, { extensions: { uses } });
  }
}

/** Each order is priced with each of them, so that the best can be chosen. */
const AUTOMATIC_MAX = 50;

/**
 * Writing a discount without a code has raised `price_versions`, which one transaction after the other does. So the count
 * contains all that were written before. Throws `request.invalid`.
 */
async function limitAutomatic(
  tx: Transaction,
  before: DiscountRow | null,
  after: DiscountRow,
): Promise<void> {
  if (!isAutomatic(after) || (before !== null && isAutomatic(before))) return;
  const [automatic] = await countAutomaticDiscounts(tx);
  if (automatic!.count <= AUTOMATIC_MAX) return;
  const detail = `There are ${AUTOMATIC_MAX} active discounts without a code. Switch one off first.`;
  throw invalidInput('/active', detail);
}

function isAutomatic({ code, active }: DiscountRow): boolean {
  return code === null && active;
}

function toColumns(fields: DiscountFields) {
  return [
    fields.code,
    fields.name,
    fields.kind,
    fields.percent,
    fields.amountMinor,
    fields.currency,
    fields.scope,
    fields.skus,
    fields.categories,
    fields.minimumSubtotalMinor,
    fields.startsAt,
    fields.endsAt,
    fields.usesMax,
    fields.usesPerCustomerMax,
    fields.firstOrderOnly,
    fields.combines,
    fields.active,
  ] as const;
}
