import { formatFulfilment } from '../parts/fulfilment.ts';
import { formatDate, formatWeekday } from '../parts/shop-clock.ts';
import type { Shop } from '../parts/use-shop.ts';
import { weekdays } from '../parts/weekdays.ts';

/** What an admin sets about the shop, except its pause. */
export type ShopTerms = Pick<
  Shop,
  | 'name'
  | 'timeZone'
  | 'fulfilmentTypes'
  | 'openingHours'
  | 'closedDates'
  | 'leadMinutes'
  | 'slotMinutes'
  | 'slotOrdersMax'
  | 'horizonDays'
  | 'tipPercents'
>;

export type TermName = keyof ShopTerms;

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Describes in a line each term that differs, as it was and as it is now. */
export function describeChanges(before: Shop, after: Shop, names: readonly TermName[]): string[] {
  return names
    .filter((name) => !isSame(before[name], after[name]))
    .map((name) => describe(name, before, after));
}

function describe(name: TermName, before: Shop, after: Shop): string {
  switch (name) {
    case 'openingHours':
      return `Opening hours: ${describeHours(before, after)}`;
    case 'closedDates':
      return `Closed days: ${describeClosedDates(before, after)}`;
    default:
      return `${labels[name]}: ${format(name, before)} → ${format(name, after)}`;
  }
}

const labels: Readonly<Record<Exclude<TermName, 'openingHours' | 'closedDates'>, string>> = {
  name: 'Name',
  timeZone: 'Time zone',
  fulfilmentTypes: 'Kinds of order',
  leadMinutes: 'Lead time',
  slotMinutes: 'Length of a slot',
  slotOrdersMax: 'Orders in a slot',
  horizonDays: 'Days ahead',
  tipPercents: 'Tips',
};

function format(name: keyof typeof labels, shop: Shop): string {
  switch (name) {
    case 'fulfilmentTypes':
      return shop.fulfilmentTypes.map(formatFulfilment).join(', ');
    case 'tipPercents':
      return shop.tipPercents.length === 0 ? 'none' : shop.tipPercents.join(', ');
    case 'slotMinutes':
      return shop.slotMinutes === 0 ? 'no slots' : `${shop.slotMinutes} minutes`;
    case 'slotOrdersMax':
      return shop.slotOrdersMax === 0 ? 'no limit' : `${shop.slotOrdersMax}`;
    case 'leadMinutes':
      return `${shop.leadMinutes} minutes`;
    default:
      return String(shop[name]);
  }
}

function describeHours({ openingHours: before }: Shop, { openingHours: after }: Shop): string {
  if (after === null) return 'always open';
  const days = weekdays.flatMap((day, index) =>
    isSame(before?.[day] ?? [], after[day] ?? []) ? [] : [formatWeekday(index)],
  );
  return days.join(', ');
}

function describeClosedDates(before: Shop, after: Shop): string {
  const list = ({ closedDates }: Shop) => new Set(closedDates.map((day) => JSON.stringify(day)));
  const [old, current] = [list(before), list(after)];
  const name = (texts: string[], word: string) =>
    texts.map((text) => `${formatDate((JSON.parse(text) as { date: string }).date)} ${word}`);
  return [
    ...name(
      [...current].filter((text) => !old.has(text)),
      'added',
    ),
    ...name(
      [...old].filter((text) => !current.has(text)),
      'removed',
    ),
  ].join(', ');
}
