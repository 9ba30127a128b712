import assert from 'node:assert/strict';
import { test } from 'node:test';
import { derivedId, followingId, isId, newId } from '../../src/shared/ids.ts';

test('new ids are distinct UUIDv7s, each greater than the one before', () => {
  const ids = Array.from({ length: 2_000 }, () => newId());
  for (const [index, id] of ids.entries()) {
    assert.ok(isId(id), id);
    assert.ok(index === 0 || id > ids[index - 1]!, `${ids[index - 1]} before ${id}`);
  }
});

test('the same cause and reason give the same id, and others give different ids', () => {
  const [one, other] = [newId(), newId()];
  const ids = [
    followingId(one, 'send'),
    followingId(other, 'send'),
    followingId(one, 'send', 'again'),
    followingId(one),
  ];
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(followingId(one, 'send'), ids[0]);
});

test('the id of a consequence is a UUIDv7 with the time of its cause', () => {
  const cause = newId();
  for (let index = 0; index < 200; index += 1) {
    const id = followingId(cause, String(index));
    assert.ok(isId(id), id);
    assert.equal(id.slice(0, 13), cause.slice(0, 13));
  }
});

test('a derived id is a UUIDv8 of its parts', () => {
  assert.equal(derivedId('a', 'b'), derivedId('a', 'b'));
  assert.notEqual(derivedId('a', 'b'), derivedId('ab'));
  assert.match(
    derivedId('a'),
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test('ids that follow are the same in every version, because jobs of the one before are still waiting', () => {
  assert.deepEqual(
    [['a', 'b'], ['a'], ['c'], ['d'], ['ü']].map((parts) => derivedId(...parts)),
    [
      '0473ef2d-c0d3-84ab-a59d-3580c1134e9d',
      '0eb5b8d6-f81b-8677-9a8a-08567cc4fa9a',
      'fd2079a3-096d-8abb-9bdf-54cc5c80262e',
      '65b1c6ea-3a2d-8c6e-83cf-d72e22ec51b9',
      '25430e7a-c849-8692-9886-cb691fdcc5b6',
    ],
  );
  assert.equal(
    followingId('01a226b5-e88e-7960-a189-cf9f1acb57cc', 'notifications.send-mail'),
    '01a226b5-e88e-7ac8-ad70-27f2b32733be',
  );
});
