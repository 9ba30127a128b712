import type { Caller } from '../../../shared/caller.ts';
import { authErrors, invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { formatDecimal, money } from '../../../shared/money.ts';
import type { Customer } from '../../accounts/index.ts';
import { catalogErrors, modifierError, unknownModifierError } from '../../catalog/index.ts';
import { inventoryErrors } from '../../inventory/index.ts';
import {
  countUnknownCodes,
  discountsErrors,
  isUsedUp,
  pricingError,
  type RefusedCode,
} from '../../pricing/index.ts';
import { ordersErrors } from '../errors.ts';
import type { QuoteView } from '../schemas.ts';
import type { HeldRefusal } from './buyer.ts';
import { toFulfilmentRefusal } from './fulfilment-refusals.ts';
import type { PlacementRefusal } from './placement-checks.ts';
import type { SourceLines } from './read-placement.ts';
import { isLineSource, type PlacementRequest } from './request.ts';

/** Returns the error that the caller receives if an order is not placed. */
export function toRefusal(
  decision: PlacementRefusal,
  request: Pick<PlacementRequest, 'lines' | 'expectedTotalMinor'>,
  currency: string,
): CodedError {
  switch (decision.kind) {
    case 'unknown_product':
      return new CodedError(catalogErrors.unknownProduct, {
        errors: decision.lineIndexes.map((index) => ({
          pointer: buildPointer(request, index),
          detail: 'There is no such product for sale.',
        })),
      });
    case 'unknown_modifier':
      return unknownModifierError(
        decision.places.map(({ lineIndex, modifierIndex }) =>
          isLineSource(request.lines) ? '' : `/items/${lineIndex}/modifiers/${modifierIndex}/code`,
        ),
      );
    case 'modifiers_out_of_range':
      return modifierError(decision, (index) => {
        if (isLineSource(request.lines)) return '';
        return `/items/${decision.lineIndex}/modifiers${index === null ? '' : `/${index}`}`;
      });
    case 'shop_paused':
    case 'shop_closed':
    case 'type_not_offered':
    case 'missing_details':
    case 'out_of_area':
    case 'time_not_available':
    case 'slot_full':
      return toFulfilmentRefusal(decision);
    case 'discounts_not_applicable':
      return new CodedError(discountsErrors.notApplicable, {
        detail: describeRefusedCodes(decision.discounts),
        extensions: { discounts: decision.discounts },
        guesses: countUnknownCodes(decision.discounts),
      });
    case 'total_too_large':
      return pricingError(decision);
    case 'pending_limit':
      return new CodedError(ordersErrors.pendingLimit);
    case 'held_limit':
      return heldLimitError(decision, currency);
    case 'price_changed':
      return new CodedError(ordersErrors.priceChanged, {
        extensions: {
          lines: decision.lines.map((line) => ({
            sku: line.sku,
            expected: money(line.expectedMinor, currency),
            current: money(line.currentMinor, currency),
          })),
          total: {
            expected:
              request.expectedTotalMinor === null
                ? null
                : money(request.expectedTotalMinor, currency),
            current: money(decision.totalMinor, currency),
          },
        },
      });
    case 'insufficient_stock':
      return new CodedError(inventoryErrors.insufficientStock, {
        extensions: { lines: decision.lines },
      });
  }
}

function heldLimitError(
  { holder, measure, limit, held, requested }: HeldRefusal,
  currency: string,
): CodedError {
  const amount = (count: number) => (measure === 'units' ? count : money(count, currency));
  const text = (count: number) =>
    measure === 'units' ? `${count} units` : `${formatDecimal(count, currency)} ${currency}`;
  const who = holder === 'customer' ? 'One customer' : 'All customers at one network address';
  return new CodedError(ordersErrors.heldLimit, {
    detail: `${who} can hold at most ${text(limit)} in unpaid orders. ${text(held)} are held already, and this order is for ${text(requested)}.`,
    extensions: {
      holder,
      limit: amount(limit),
      held: amount(held),
      requested: amount(requested),
    },
  });
}

/** Returns the members of the problem document that a placement would return, without those of a request. */
export function presentRefusal({
  code,
  definition,
  details,
}: CodedError): QuoteView['refusals'][number] {
  return {
    ...details.extensions,
    code,
    title: definition.title,
    detail: details.detail ?? definition.explanation,
    ...(details.errors === undefined ? {} : { errors: [...details.errors] }),
  };
}

const reasonTexts: Readonly<Record<RefusedCode['reason'], string>> = {
  unknown: 'does not exist',
  inactive: 'is switched off',
  not_started: 'is not valid yet',
  expired: 'is no longer valid',
  minimum: 'needs a larger order',
  used_up: 'has been used up',
  used_by_customer: 'has been used as often as one customer may use it',
  not_first_order: 'is only for a first order',
  account_required: 'is only for customers with an account',
  not_combinable: 'cannot be combined with the other discounts',
  nothing_matches: 'applies to nothing in this order',
};

/** Returns why these codes do not apply, as one sentence. */
function describeRefusedCodes(codes: readonly RefusedCode[]): string {
  return `${codes.map(({ code, reason }) => `${code} ${reasonTexts[reason]}`).join('; ')}.`;
}

/** Returns whether another transaction took the stock or the last uses between our read and our change. */
export function isTakenMeanwhile(error: unknown): boolean {
  const isShortage =
    error instanceof CodedError && error.code === inventoryErrors.insufficientStock.code;
  return isShortage || isUsedUp(error);
}

/** Returns why no order can be placed for this customer, or null if one can. */
export function unusableCustomerError(
  customer: Customer | undefined,
  caller: Caller,
): CodedError | null {
  const usable = customer !== undefined && !customer.disabled && customer.role === 'customer';
  // A guest is the customer of one order.
  if (usable && !customer.guest) return null;
  const isOwnOrder = caller.kind === 'user' && caller.role === 'customer';
  // The account was disabled, or its role changed, after the token was checked.
  if (isOwnOrder) return new CodedError(authErrors.forbidden);
  return invalidInput('/customerId', 'This is not the id of an active customer.');
}

/**
 * Returns why the lines of the request's source cannot be ordered, or null if they can. They were read under the lock
 * of the customer's row.
 */
export function unusableSourceError(
  { lines, customerId, refuseVersion }: PlacementRequest,
  sourceLines: SourceLines,
): CodedError | null {
  if (!isLineSource(lines)) return null;
  const sourced = sourceLines.get(lines)!.get(customerId)!;
  return refuseVersion(sourced.version) ?? (sourced.lines.length === 0 ? lines.empty() : null);
}

function buildPointer(request: Pick<PlacementRequest, 'lines'>, index: number): string {
  if (isLineSource(request.lines)) return '';
  const member = request.lines[index]?.productId === undefined ? 'sku' : 'productId';
  return `/items/${index}/${member}`;
}
