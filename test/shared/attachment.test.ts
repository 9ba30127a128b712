import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAttachment } from '../../src/shared/attachment.ts';

test('what is attached is found again, replaced, and seen by nobody else', () => {
  const one = createAttachment<object, number>();
  const other = createAttachment<object, number>();
  const owner = { name: 'owner' };
  assert.equal(one.get(owner), undefined);
  one.set(owner, 1);
  one.set(owner, 2);
  other.set(owner, 3);
  assert.deepEqual([one.get(owner), other.get(owner)], [2, 3]);
  assert.equal(JSON.stringify(owner), '{"name":"owner"}');
  assert.deepEqual(owner, { name: 'owner' });
  assert.equal(one.get({ ...owner }), undefined);
});
