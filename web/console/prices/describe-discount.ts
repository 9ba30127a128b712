import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { formatMoney } from '../../shared/money.ts';
import { formatPercent } from '../../shared/percent.ts';
import { formatWhole } from '../../shared/whole-number.ts';
import type { Discount } from './rules.ts';

const NAMES_SHOWN = 5;

/** Describes what a discount takes off: `10% off the order`. */
export function describeEffect({ kind, percent, amount, scope }: Discount): string {
  if (kind === 'FREE_DELIVERY') return 'Free delivery';
  if (percent !== null) {
    return `${formatPercent(percent)} off ${scope === 'LINES' ? 'each line' : 'the order'}`;
  }
  const value = amount === null ? '' : formatMoney(amount);
  return `${value} off ${scope === 'LINES' ? 'each unit' : 'the order'}`;
}

/** Lists the conditions of a discount in words. */
export function listConditions(discount: Discount): string[] {
  const { skus, categories, minimumSubtotal, startsAt, endsAt } = discount;
  const { usesPerCustomerMax, firstOrderOnly } = discount;
  return [
    ...(skus === null ? [] : [`only ${listNames(skus)}`]),
    ...(categories === null ? [] : [`only ${listNames(categories)}`]),
    ...(minimumSubtotal === null ? [] : [`from ${formatMoney(minimumSubtotal)}`]),
    ...(startsAt === null ? [] : [`starts ${formatTime(startsAt)}`]),
    ...(endsAt === null ? [] : [`ends ${formatTime(endsAt)}`]),
    ...(firstOrderOnly ? ['first order only'] : []),
    ...(usesPerCustomerMax === null ? [] : [describeCustomerLimit(usesPerCustomerMax)]),
  ];
}

interface PeriodState {
  readonly text: string;
  readonly color: 'yellow' | 'gray' | 'red';
}

/** Returns why a discount cannot be used now, or null if neither its period nor its uses prevent it. */
export function findPeriodState(discount: Discount, nowMs: number): PeriodState | null {
  const { startsAt, endsAt, uses, usesMax } = discount;
  if (endsAt !== null && Date.parse(endsAt) <= nowMs) return { text: 'Ended', color: 'gray' };
  if (usesMax !== null && uses >= usesMax) return { text: 'Used up', color: 'red' };
  if (startsAt !== null && Date.parse(startsAt) > nowMs) {
    return { text: 'Not started', color: 'yellow' };
  }
  return null;
}

function describeCustomerLimit(usesMax: number): string {
  return usesMax === 1 ? 'once per customer' : `${formatWhole(usesMax)} times per customer`;
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).map(isolateDirection).join(', ');
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

const timeFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

function formatTime(at: string): string {
  return timeFormat.format(new Date(at));
}
