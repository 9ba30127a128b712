import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../src/main/config/read-config.ts';

test('sessions have limits by role, in days and hours that may be fractions', () => {
  assert.deepEqual(readConfig({}).sessionLimits, {
    customerDays: 180,
    customerIdleDays: 30,
    staffDays: 14,
    staffIdleHours: 12,
  });
  const chosen = readConfig({
    SESSION_CUSTOMER_DAYS: '90.5',
    SESSION_CUSTOMER_IDLE_DAYS: '0.25',
    SESSION_STAFF_DAYS: '1.5',
    SESSION_STAFF_IDLE_HOURS: '0.001',
  });
  assert.deepEqual(chosen.sessionLimits, {
    customerDays: 90.5,
    customerIdleDays: 0.25,
    staffDays: 1.5,
    staffIdleHours: 0.001,
  });
});

test('REFRESH_TOKEN_DAYS is read as the former name of SESSION_CUSTOMER_IDLE_DAYS, but not beside it', () => {
  const { sessionLimits } = readConfig({ REFRESH_TOKEN_DAYS: '7' });
  assert.equal(sessionLimits.customerIdleDays, 7);
  assert.equal(sessionLimits.staffIdleHours, 12);
  const both = { REFRESH_TOKEN_DAYS: '7', SESSION_CUSTOMER_IDLE_DAYS: '7' };
  assert.throws(() => readConfig(both), {
    name: 'ConfigurationError',
    message:
      'REFRESH_TOKEN_DAYS is the former name of SESSION_CUSTOMER_IDLE_DAYS: set only the latter.',
  });
});
