import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLife, stateExpiry } from '../../web/console/keys/expiry.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(NOW + days * DAY_MS).toISOString();

test('the usual expiry is left to the server, and never is said by that word', () => {
  assert.deepEqual(stateExpiry('usual', '', NOW), {});
  assert.deepEqual(stateExpiry('never', '', NOW), { expiresAt: 'never' });
});

test('a year stays within the longest life that the server accepts, with time for the request', () => {
  const { expiresAt } = stateExpiry('year', '', NOW)!;
  const leftMs = Date.parse(inDays(365)) - Date.parse(expiresAt!);
  assert.ok(leftMs > 0 && leftMs < 3_600_000);
});

test('a date includes its day, and an incomplete one is no expiry', () => {
  const { expiresAt } = stateExpiry('date', '2027-02-28', NOW)!;
  assert.equal(new Date(expiresAt!).getTime(), new Date('2027-03-01T00:00').getTime());
  for (const day of ['', '2027-02-30', 'soon']) assert.equal(stateExpiry('date', day, NOW), null);
});

test('an end within two weeks is near', () => {
  assert.equal(readLife(null, NOW), 'endless');
  assert.equal(readLife(inDays(15), NOW), 'long');
  assert.equal(readLife(inDays(14), NOW), 'ending');
  assert.equal(readLife(inDays(0), NOW), 'ended');
});
