import { sumMinor } from '../../shared/money.ts';
import type { BilledLine } from './billed-line.ts';
import { findPrefixLength } from './postal-area.ts';
import { roundShare } from './proportion.ts';
import type { ChargeRule, FulfilmentType } from './rules.ts';

export interface AppliedCharge {
  readonly rule: ChargeRule;
  readonly amountMinor: number;
}

/** Where and how an order is delivered. */
export interface Destination {
  readonly fulfilmentType: FulfilmentType;
  readonly postalCode: string | null;
}

/**
 * Returns the charges that an order to this destination may have, whatever its subtotal is, in the order of the rules.
 * Of the DELIVERY charges these are the ones with the longest matching prefix, or those without postal codes if none
 * matches.
 */
export function offerCharges(
  rules: readonly ChargeRule[],
  { fulfilmentType, postalCode }: Destination,
): readonly ChargeRule[] {
  if (rules.length === 0) return rules;
  const offered = rules.filter((rule) => isForType(rule, fulfilmentType));
  const lengths = offered.map((rule) =>
    rule.kind === 'DELIVERY' ? matchedLength(rule, postalCode) : null,
  );
  const longest = lengths.reduce<number>((most, length) => Math.max(most, length ?? 0), 0);
  return offered.filter(({ kind }, index) => kind !== 'DELIVERY' || lengths[index] === longest);
}

const none: readonly AppliedCharge[] = [];

/** Returns the offered charges that are due for this discounted subtotal: at most one of them for DELIVERY. */
export function findCharges(
  offered: readonly ChargeRule[],
  subtotalMinor: number,
): readonly AppliedCharge[] {
  if (offered.length === 0) return none;
  const due = offered.filter((rule) => isDue(rule, subtotalMinor));
  const delivery = due.find(({ kind }) => kind === 'DELIVERY');
  return due
    .filter((rule) => rule.kind !== 'DELIVERY' || rule === delivery)
    .map((rule) => ({ rule, amountMinor: priceCharge(rule, subtotalMinor) }));
}

/**
 * Returns whether the shop does not deliver there: there are DELIVERY charges for orders of this type, each names postal
 * codes, and none of them matches.
 */
export function isOutOfArea(rules: readonly ChargeRule[], destination: Destination): boolean {
  const { fulfilmentType, postalCode } = destination;
  const deliveries = rules.filter(
    (rule) => rule.kind === 'DELIVERY' && isForType(rule, fulfilmentType),
  );
  return (
    deliveries.length > 0 && deliveries.every((rule) => matchedLength(rule, postalCode) === null)
  );
}

/** Returns what delivery of these lines to this destination costs, in minor units; null: no charge applies. */
export function findDeliveryMinor(
  rules: readonly ChargeRule[],
  destination: Destination,
  lines: readonly Pick<BilledLine, 'totalMinor' | 'discountMinor'>[],
): number | null {
  const subtotalMinor = sumMinor(
    lines.map(({ totalMinor, discountMinor }) => totalMinor - discountMinor),
  );
  const applied = findCharges(offerCharges(rules, destination), subtotalMinor);
  return applied.find(({ rule }) => rule.kind === 'DELIVERY')?.amountMinor ?? null;
}

function isForType({ kind, fulfilmentTypes }: ChargeRule, type: FulfilmentType): boolean {
  if (fulfilmentTypes !== null) return fulfilmentTypes.includes(type);
  return kind !== 'DELIVERY' || type === 'DELIVERY';
}

/** Returns the length of the longest matching prefix, 0 for a charge without postal codes, null if none matches. */
function matchedLength({ postalArea }: ChargeRule, postalCode: string | null): number | null {
  if (postalArea === null) return 0;
  return postalCode === null ? null : findPrefixLength(postalArea, postalCode);
}

function isDue({ belowSubtotalMinor, freeFromMinor }: ChargeRule, subtotalMinor: number): boolean {
  if (belowSubtotalMinor !== null && subtotalMinor >= belowSubtotalMinor) return false;
  return freeFromMinor === null || subtotalMinor < freeFromMinor;
}

function priceCharge({ price }: ChargeRule, subtotalMinor: number): number {
  return price.kind === 'amount' ? price.amountMinor : roundShare(subtotalMinor, price.share);
}
