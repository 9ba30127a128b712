/** The years for which JavaScript, PostgreSQL and RFC 3339 share one notation. */
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Returns whether a text in RFC 3339 form is an instant that can be stored: in the years 1 to 9999, no leap second. */
export function isInstant(text: string): boolean {
  const ms = Date.parse(text);
  return ms >= EARLIEST_MS && ms <= LATEST_MS;
}

/** Returns the instant in UTC with milliseconds. RFC 3339 allows offsets up to 23:59, PostgreSQL only up to 15:59. */
export function inUtc(instant: string): string {
  return new Date(instant).toISOString();
}
