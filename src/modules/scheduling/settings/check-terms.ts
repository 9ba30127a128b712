import { Temporal } from 'temporal-polyfill';
import { invalidInputs } from '../../../shared/common-errors.ts';
import type { InputError } from '../../../shared/errors.ts';
import { checkHours } from './check-hours.ts';
import type { ShopTerms } from './shop-terms.ts';

const SLOT_MINUTES_MIN = 5;

/** Throws `request.invalid`, with all errors, if the shop cannot have these terms. */
export function checkTerms(terms: ShopTerms, now: Date): void {
  const errors = [
    ...checkTimeZone(terms),
    ...(terms.openingHours === null ? [] : checkHours(terms.openingHours)),
    ...checkClosedDates(terms),
    ...checkPause(terms, now),
    ...checkSlots(terms),
    ...checkTips(terms),
  ];
  if (errors.length > 0) throw invalidInputs(errors);
}

function* checkTimeZone({ timeZone }: ShopTerms): Generator<InputError> {
  if (isTimeZone(timeZone)) return;
  yield { pointer: '/timeZone', detail: 'must be an IANA time zone, such as Europe/London' };
}

/** Both would accept an offset, which knows no clock changes, and Temporal more than a name. */
function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
    return true;
  } catch {
    return false;
  }
}

function* checkClosedDates({ closedDates }: ShopTerms): Generator<InputError> {
  const seen = new Set<string>();
  for (const [index, { date }] of closedDates.entries()) {
    if (seen.has(date)) {
      yield { pointer: `/closedDates/${index}/date`, detail: 'is in the list already' };
    }
    seen.add(date);
  }
}

function* checkPause(
  { acceptingOrders, pausedUntil }: ShopTerms,
  now: Date,
): Generator<InputError> {
  if (pausedUntil === null) return;
  const pointer = '/pausedUntil';
  if (acceptingOrders) yield { pointer, detail: 'Only with acceptingOrders false.' };
  else if (Date.parse(pausedUntil) <= now.getTime()) {
    yield { pointer, detail: 'must be in the future' };
  }
}

function* checkSlots({ slotMinutes }: ShopTerms): Generator<InputError> {
  if (slotMinutes === 0 || slotMinutes >= SLOT_MINUTES_MIN) return;
  yield { pointer: '/slotMinutes', detail: 'must be 0, for no slots, or from 5 to 240' };
}

function* checkTips({ tipPercents }: ShopTerms): Generator<InputError> {
  for (const [index, percent] of tipPercents.entries()) {
    if (index > 0 && percent <= tipPercents[index - 1]!) {
      yield { pointer: `/tipPercents/${index}`, detail: 'must be more than the one before' };
    }
  }
}
