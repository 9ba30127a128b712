import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createAccountDescriber } from '../../../src/modules/accounts/account-description.ts';
import { newId } from '../../../src/shared/ids.ts';
import { SECRET } from './accounts-fixture.ts';

const address = 'hunter2@shop.example';
const hashBy = (...secrets: string[]) =>
  createAccountDescriber(secrets)(address, undefined).addressHash;

test('an unknown address has the same hash on each server, and another under another secret', () => {
  assert.equal(hashBy(SECRET), hashBy(SECRET, 'an older secret, which is being rotated out'));
  assert.notEqual(hashBy(SECRET), hashBy('another secret of the tests, long enough'));
});

test('the hash needs a key of its own, not the secret that signs tokens', () => {
  const plain = createHmac('sha256', SECRET).update(address).digest('base64url');
  assert.equal(plain.startsWith(String(hashBy(SECRET))), false);
});

test('a known account is described by its id alone', () => {
  const userId = newId();
  assert.deepEqual(createAccountDescriber([SECRET])(address, userId), { userId });
});
