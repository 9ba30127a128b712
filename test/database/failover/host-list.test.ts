import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listHosts, normalizeHosts } from '../../../src/database/failover/index.ts';

const names = (text: string) => listHosts(normalizeHosts(text)).map(({ name }) => name);
const urls = (text: string) => listHosts(normalizeHosts(text)).map(({ url }) => url);

test('a URL with one host stays as it is', () => {
  for (const text of [
    'postgres://user:p%40ss@one.example:5433/shop?sslmode=verify-full',
    'postgresql://one.example/shop',
    'postgres://user@localhost/shop?host=/var/run/postgresql',
    'postgres://[::1]:5432/shop',
  ]) {
    assert.equal(normalizeHosts(text), text);
    assert.equal(listHosts(text).length, 1);
  }
});

test('hosts are listed in order, with the port of each or the usual one', () => {
  assert.deepEqual(names('postgres://user:pw@one:5433,two,[::1]:5434/shop'), [
    'one:5433',
    'two:5432',
    '::1:5434',
  ]);
  assert.deepEqual(names('postgres://user@localhost/shop?host=one,two&port=6000'), [
    'one:6000',
    'two:6000',
  ]);
  assert.deepEqual(names('postgres://%2Fvar%2Frun,two/shop'), ['/var/run:5432', 'two:5432']);
});

test('the URL of each host has the user, the database and the parameters of the list', () => {
  assert.deepEqual(urls('postgres://user:p%40ss@one:5433,[::1]/shop?sslmode=verify-full'), [
    'postgres://user:p%40ss@one:5433/shop?sslmode=verify-full',
    'postgres://user:p%40ss@[::1]:5432/shop?sslmode=verify-full',
  ]);
  assert.deepEqual(urls('postgres://user@%2Fvar%2Frun,two:1/shop'), [
    'postgres://user@localhost:5432/shop?host=%2Fvar%2Frun&port=5432',
    'postgres://user@two:1/shop',
  ]);
});

test('a password with commas and at signs does not count as hosts', () => {
  const url = 'postgres://user:a,b%40c@one:5432/shop';
  assert.equal(normalizeHosts(url), url);
  assert.deepEqual(names('postgres://user:a,b%40c@one,two/shop'), ['one:5432', 'two:5432']);
});

test('a list that libpq would not take, or that contradicts itself, is refused', () => {
  for (const [text, takes] of [
    ['postgres://one,,two/shop', /a name between the commas/],
    ['postgres://one,two/shop?port=1,2,3', /as many ports as hosts/],
    ['postgres://one,one:5432/shop', /each host once/],
    ['postgres://one,two/shop?target_session_attrs=standby', /read-write or primary/],
    ['postgres://one:port,two/shop', /one\.example:5432,two\.example:5432/],
  ] as const) {
    assert.throws(() => normalizeHosts(text), takes, text);
  }
});

test('the attributes by which libpq looks for a primary are taken and left out', () => {
  const url = normalizeHosts('postgres://one,two/shop?target_session_attrs=read-write');
  assert.ok(!url.includes('target_session_attrs'), url);
});
