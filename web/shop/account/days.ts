const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Returns the day of an instant, as the customer's language writes it. */
export function formatDay(instant: string): string {
  return day.format(new Date(instant));
}

/** Returns the day and the time of an instant. */
export function formatMoment(instant: string): string {
  return moment.format(new Date(instant));
}
