import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { prefersAsync } from '../../src/http/prefer.ts';

test('respond-async is found in any case, among other preferences and with parameters', () => {
  for (const header of [
    'respond-async',
    ' Respond-Async ',
    'respond-async; wait="1, 2"',
    'return=minimal, respond-async',
    'foo="a\\", respond-no", respond-async, wait=5',
  ]) {
    assert.equal(prefersAsync(header), true, header);
  }
});

test('similar texts are not the preference', () => {
  for (const header of [
    undefined,
    '',
    'respond-sync',
    'x-respond-async',
    'respond-async-please',
    'note="respond-async"',
    'note="a, respond-async, b"',
    'wait=respond-async',
    'return=minimal; respond-async',
  ]) {
    assert.equal(prefersAsync(header), false, header);
  }
});

test('any header value is answered', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 1_000 }), (header) => {
      assert.equal(typeof prefersAsync(header), 'boolean');
      assert.equal(prefersAsync(`respond-async, ${header}`), true);
    }),
  );
});
