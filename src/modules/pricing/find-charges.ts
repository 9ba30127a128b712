import { compactPostalCode, matchesPostalCode } from './match-postal-code.ts';
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

/** Returns the charges of an order with this discounted subtotal, in the order of the rules. */
export function findCharges(
  rules: readonly ChargeRule[],
  destination: Destination,
  subtotalMinor: number,
): readonly AppliedCharge[] {
  const offered = rules.filter((rule) => isForType(rule, destination.fulfilmentType));
  const deliveries = findNearest(offered, destination.postalCode);
  const delivery = deliveries.find((rule) => isDue(rule, subtotalMinor));
  return offered
    .filter((rule) => (rule.kind === 'DELIVERY' ? rule === delivery : isDue(rule, subtotalMinor)))
    .map((rule) => ({ rule, amountMinor: priceCharge(rule, subtotalMinor) }));
}

function isForType({ kind, fulfilmentTypes }: ChargeRule, type: FulfilmentType): boolean {
  if (fulfilmentTypes !== null) return fulfilmentTypes.includes(type);
  return kind !== 'DELIVERY' || type === 'DELIVERY';
}

/** Returns the DELIVERY charges with the longest matching prefix, or those without postal codes if none matches. */
function findNearest(
  offered: readonly ChargeRule[],
  postalCode: string | null,
): readonly ChargeRule[] {
  let nearest: ChargeRule[] = [];
  let longest = 0;
  for (const rule of offered) {
    if (rule.kind !== 'DELIVERY') continue;
    const length = matchedLength(rule, postalCode);
    if (length === null || length < longest) continue;
    if (length > longest) nearest = [];
    longest = length;
    nearest.push(rule);
  }
  return nearest;
}

/** Returns the length of the longest matching prefix, 0 for a charge without postal codes, null if none matches. */
function matchedLength({ postalCodes }: ChargeRule, postalCode: string | null): number | null {
  if (postalCodes === null) return 0;
  if (postalCode === null) return null;
  let longest: number | null = null;
  for (const prefix of postalCodes) {
    if (!matchesPostalCode(prefix, postalCode)) continue;
    longest = Math.max(longest ?? 0, compactPostalCode(prefix).length);
  }
  return longest;
}

function isDue({ belowSubtotalMinor, freeFromMinor }: ChargeRule, subtotalMinor: number): boolean {
  if (belowSubtotalMinor !== null && subtotalMinor >= belowSubtotalMinor) return false;
  return freeFromMinor === null || subtotalMinor < freeFromMinor;
}

function priceCharge({ price }: ChargeRule, subtotalMinor: number): number {
  return price.kind === 'amount' ? price.amountMinor : roundShare(subtotalMinor, price.share);
}
