import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPasswordHasher } from '../../../src/modules/accounts/password-hasher.ts';
import { catchCode } from './accounts-fixture.ts';

test('a flood of sign-ins is turned away instead of piling up', async () => {
  const passwords = createPasswordHasher(1);
  const passwordHash = await passwords.hash('a password');
  const codes = await Promise.all(
    Array.from({ length: 150 }, () =>
      catchCode(() => passwords.verify(passwordHash, 'another password')),
    ),
  );
  const turnedAway = codes.filter((code) => code === 'service.unavailable').length;
  assert.ok(turnedAway >= 49 && turnedAway < 150, `${turnedAway} of 150 were turned away`);
  assert.equal(await passwords.verify(passwordHash, 'a password'), true);
});

test('nobody has no password', async () => {
  const passwords = createPasswordHasher();
  for (const guess of ['', 'the password of nobody']) {
    assert.equal(await passwords.verify(undefined, guess), false);
  }
});

test('two hashes of one password differ', async () => {
  const passwords = createPasswordHasher();
  assert.notEqual(await passwords.hash('a password'), await passwords.hash('a password'));
});
