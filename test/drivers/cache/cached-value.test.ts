import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CachedValue } from '../../../src/drivers/cache/cached-value.ts';

test('a value derived from a cached value is found by its audience, and the JSON contains only the cached value', () => {
  const cached = new CachedValue<{ readonly name: string }, number>({ name: 'one' });
  assert.equal(cached.getDerived('staff'), undefined);
  cached.setDerived('staff', 1);
  cached.setDerived('staff', 2);
  cached.setDerived('customer', 3);
  assert.deepEqual([cached.getDerived('staff'), cached.getDerived('customer')], [2, 3]);
  assert.equal(JSON.stringify(cached), '{"name":"one"}');
});

test('no reader can change any part of a cached value', () => {
  const { value } = new CachedValue({ name: 'one', parts: [{ count: 1 }], nothing: null });
  const changes = [
    () => Object.assign(value, { name: 'two' }),
    () => Object.assign(value.parts[0]!, { count: 2 }),
    () => value.parts.pop(),
  ];
  for (const change of changes) assert.throws(change, TypeError);
});
