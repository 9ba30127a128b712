import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPasswordHasher } from '../../../src/modules/accounts/password-hasher.ts';
import { catchCode } from './accounts-fixture.ts';

test('a flood of sign-ins is refused instead of queued', async () => {
  const passwords = createPasswordHasher(1);
  const passwordHash = await passwords.hash('a password');
  const codes = await Promise.all(
    Array.from({ length: 150 }, () =>
      catchCode(() => passwords.verify(passwordHash, 'another password')),
    ),
  );
  const refused = codes.filter((code) => code === 'service.unavailable').length;
  assert.ok(refused >= 49 && refused < 150, `${refused} of 150 were refused`);
  assert.equal(await passwords.verify(passwordHash, 'a password'), true);
});

test('an unknown user has no valid password', async () => {
  const passwords = createPasswordHasher();
  for (const guess of ['', 'the password of nobody']) {
    assert.equal(await passwords.verify(undefined, guess), false);
  }
});

test('two hashes of one password differ', async () => {
  const passwords = createPasswordHasher();
  assert.notEqual(await passwords.hash('a password'), await passwords.hash('a password'));
});
