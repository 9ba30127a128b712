/** Years whose times JavaScript, PostgreSQL and RFC 3339 write in the same way. */
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether a text of the form of RFC 3339 names a moment that can be stored: of the years 1 to 9999, no leap second. */
export function isInstant(text: string): boolean {
  const ms = Date.parse(text);
  return ms >= EARLIEST_MS && ms <= LATEST_MS;
}

/** The same moment in UTC with milliseconds: RFC 3339 has offsets of up to 23:59, PostgreSQL refuses those above 15:59. */
export function inUtc(instant: string): string {
  return new Date(instant).toISOString();
}
