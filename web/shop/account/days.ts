import { isolateDirection } from '../../../src/shared/isolate-direction.ts';

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Returns the day of an instant, as the customer's language writes it, isolated from the English text around it. */
export function formatDay(instant: string): string {
  return isolateDirection(day.format(new Date(instant)));
}

/** Returns the day and the time of an instant in the same way. */
export function formatMoment(instant: string): string {
  return isolateDirection(moment.format(new Date(instant)));
}
