/** The server accepts the years 1 to 9999; browsers accept longer ones. */
export const LATEST_DAY = '9999-12-31';
const LATEST = '9999-12-31T23:59:59.999Z';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Returns the time at which a day (`2026-11-28`) begins in the browser's time zone, plus a number of days; null if the
 * text is not a day.
 */
export function parseDay(day: string, daysLater = 0): string | null {
  if (!DAY.test(day) || day > LATEST_DAY) return null;
  const date = new Date(`${day}T00:00`);
  // JavaScript reads 30 February as 2 March.
  if (Number.isNaN(date.getTime()) || date.getDate() !== Number(day.slice(-2))) return null;
  date.setDate(date.getDate() + daysLater);
  return date.getTime() > Date.parse(LATEST) ? LATEST : date.toISOString();
}

/** Returns the error for a text that is not a day, as in a bad link: the date field itself shows nothing of it. */
export function findDayError(day: string): string | null {
  return day === '' || parseDay(day) !== null ? null : `“${day}” is not a date.`;
}

/** Returns what a date-and-time field shows for a time (RFC 3339), in the browser's time zone. */
export function formatLocalTime(at: string): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const year = String(date.getFullYear()).padStart(4, '0');
  const day = `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Returns the time in a date-and-time field (`2026-11-28T13:05`); null if the text is not one. */
export function parseLocalTime(local: string): string | null {
  if (parseDay(local.slice(0, 10)) === null) return null;
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
