import { formatMoney } from '../../shared/money.ts';
import { formatPercent } from '../../shared/percent.ts';
import { formatWhole } from '../../shared/whole-number.ts';
import { factorWords } from '../parts/factor-words.ts';
import { type FulfilmentType, formatFulfilment } from '../parts/fulfilment.ts';
import {
  formatDate,
  formatDateAndClock,
  formatTimeOfDay,
  formatWeekday,
} from '../parts/shop-clock.ts';
import { weekdays } from '../parts/weekdays.ts';
import { isEmpty, isMoney, listFields, type PathPart } from './list-changes.ts';

/** What a page needs besides the value itself. */
export interface ValueContext {
  readonly timeZone: string;
  /** The shop's. Undefined while nothing needs it. */
  readonly currency: string | undefined;
  /** Names of what values refer to by id. */
  readonly names: ReadonlyMap<string, string>;
}

const labels: Readonly<Record<string, string>> = {
  acceptingOrders: 'Accepts orders',
  apiKeyId: 'API key',
  combines: 'Combines with others',
  email: 'E-mail',
  emailVerified: 'E-mail verified',
  eventTypes: 'Events',
  everyone: 'Of everyone',
  expiresAt: 'Expires',
  factors: 'Second factors',
  firstOrderOnly: 'First order only',
  freeFrom: 'Free from',
  horizonDays: 'Days ahead',
  leadMinutes: 'Lead time',
  max: 'At most',
  min: 'At least',
  modifierGroupIds: 'Modifier groups',
  quantityMax: 'Units at most',
  refundMax: 'Refunds an hour at most',
  sku: 'SKU',
  skus: 'SKUs',
  slotMinutes: 'Length of a slot',
  slotOrdersMax: 'Orders per slot',
  texts: 'With their texts',
  tipPercents: 'Suggested tips',
  url: 'Address',
  usesMax: 'Uses at most',
  usesPerCustomerMax: 'Uses per customer at most',
  vip: 'VIP',
};
/** What an empty value means. */
const nothing: Readonly<Record<string, string>> = {
  expiresAt: 'never',
  openingHours: 'always open',
};
const dayNames: readonly string[] = weekdays;

/** What the program calls a value, by field. */
const valueWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  provenBy: { password: 'the former password', reset_link: 'the link of a mail' },
  type: factorWords,
};

/** Returns a field in words: `leadMinutes` is `Lead time`, `startsAt` is `Starts at`. */
export function formatLabel(part: PathPart): string {
  if (typeof part !== 'string') return part.name;
  const day = dayNames.indexOf(part);
  if (day !== -1) return formatWeekday(day);
  const words = part
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return labels[part] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME_OF_DAY = /^\d{2}:\d{2}$/;

/** Returns a value of a field as text. */
export function formatValue(field: string, value: unknown, context: ValueContext): string {
  if (isEmpty(value)) return nothing[field] ?? 'none';
  if (isMoney(value)) return formatMoney(value);
  if (Array.isArray(value)) {
    if (isOpening(value)) return value.map((time) => formatTimeOfDay(String(time))).join('–');
    return value.map((item) => formatValue(field, item, context)).join(', ');
  }
  if (typeof value === 'object') return formatFields(value as object, context);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return formatNumber(field, value, context);
  return formatText(field, String(value), context);
}

/** Returns the fields of a thing in a list, without those that say nothing of it. */
function formatFields(value: object, context: ValueContext): string {
  return listFields(value)
    .filter(([field, part]) => !isEmpty(part) && !(field === 'active' && part === true))
    .map(([field, part]) => {
      const text = formatValue(field, part, context);
      if (field === 'name' || field === 'date' || isMoney(part)) return text;
      const label = formatLabel(field);
      return `${dayNames.includes(field) ? label : label.toLowerCase()}: ${text}`;
    })
    .join(' · ');
}

function formatNumber(field: string, value: number, { currency }: ValueContext): string {
  if (field === 'refundMax' && currency !== undefined) {
    return formatMoney({ amount: value, currency });
  }
  if (field === 'tipPercents') return formatPercent(String(value));
  return field.endsWith('Minutes') ? `${formatWhole(value)} min` : formatWhole(value);
}

function formatText(field: string, text: string, { timeZone, names }: ValueContext): string {
  if (field === 'percent') return formatPercent(text);
  if (field === 'fulfilmentTypes') return formatFulfilment(text as FulfilmentType) ?? text;
  if (field === 'kind' || field === 'scope') return text.toLowerCase().replaceAll('_', ' ');
  if (TIME.test(text)) return formatDateAndClock(text, timeZone);
  if (DATE.test(text)) return formatDate(text);
  return valueWords[field]?.[text] ?? names.get(text) ?? text;
}

function isOpening(value: readonly unknown[]): boolean {
  return value.length === 2 && value.every((time) => TIME_OF_DAY.test(String(time)));
}
