import assert from 'node:assert/strict';
import type { Pages } from './pages-bench.ts';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Returns the same openings for each day. */
export function everyDay(...openings: readonly (readonly [string, string])[]) {
  return Object.fromEntries(days.map((day) => [day, openings]));
}

/** Returns a time zone in which it is now between this hour and the next one. */
export function zoneAtHour(hour: number): string {
  const hoursAhead = ((hour - new Date().getUTCHours() + 36) % 24) - 12;
  if (hoursAhead === 0) return 'UTC';
  // The signs of these names are those of POSIX: what is added to local time.
  return `Etc/GMT${hoursAhead > 0 ? '-' : '+'}${Math.abs(hoursAhead)}`;
}

/** Changes the settings of the shop, which all tests of a server share. */
export async function setShop({ admin }: Pages, settings: object): Promise<void> {
  const reply = await admin.patch('/api/shop', settings);
  assert.equal(reply.status, 200, reply.text);
}
