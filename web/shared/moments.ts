/** The server knows the years 1 to 9999; browsers let people type longer ones. */
export const LATEST_DAY = '9999-12-31';
const LATEST = '9999-12-31T23:59:59.999Z';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The moment at which a day (`2026-11-28`) begins in the time zone of the browser, or days later; null when it is none. */
export function parseDay(day: string, daysLater = 0): string | null {
  if (!DAY.test(day) || day > LATEST_DAY) return null;
  const date = new Date(`${day}T00:00`);
  // 30 February is read as 2 March.
  if (Number.isNaN(date.getTime()) || date.getDate() !== Number(day.slice(-2))) return null;
  date.setDate(date.getDate() + daysLater);
  return date.getTime() > Date.parse(LATEST) ? LATEST : date.toISOString();
}

/** The moment of what a field for day and time holds (`2026-11-28T13:05`); null when it is none. */
export function parseLocalTime(local: string): string | null {
  if (parseDay(local.slice(0, 10)) === null) return null;
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
