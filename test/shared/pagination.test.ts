import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CodedError } from '../../src/shared/errors.ts';
import { createCursors } from '../../src/shared/pagination.ts';

const cursors = createCursors('a secret of at least thirty-two bytes');
const invalid = (error: CodedError) => error.code === 'request.invalid_cursor';

describe('cursors', () => {
  test('a cursor returns its values under the filters that it was created with', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.integer())),
        fc.jsonValue(),
        (values, filters) => {
          assert.deepEqual(cursors.decode(filters, cursors.encode(filters, values)), values);
        },
      ),
    );
  });

  test('any other text is refused and never throws anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.throws(() => cursors.decode({}, text), invalid);
      }),
    );
  });

  test('a single changed character is refused', () => {
    const cursor = cursors.encode({ list: 'orders' }, ['2026-01-01', 'id']);
    for (let place = 0; place < cursor.length; place += 1) {
      const other = cursor[place] === 'A' ? 'B' : 'A';
      const changed = cursor.slice(0, place) + other + cursor.slice(place + 1);
      assert.throws(() => cursors.decode({ list: 'orders' }, changed), invalid);
    }
  });

  test('the order of the filters does not matter', () => {
    const cursor = cursors.encode({ status: 'PENDING', sku: 'NAAN' }, [1]);
    assert.deepEqual(cursors.decode({ sku: 'NAAN', status: 'PENDING' }, cursor), [1]);
  });

  test('a cursor with other filters or another secret is refused', () => {
    const cursor = cursors.encode({ status: 'PENDING' }, [1]);
    assert.throws(() => cursors.decode({ status: 'READY' }, cursor), invalid);
    assert.throws(
      () =>
        createCursors('another secret, also of some length').decode({ status: 'PENDING' }, cursor),
      invalid,
    );
  });
});
