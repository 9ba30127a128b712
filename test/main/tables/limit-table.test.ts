import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessTable } from '../../../src/main/tables/access-table.ts';
import { limitTable } from '../../../src/main/tables/limit-table.ts';

test('every operation with a limit of its own is one that can be called', () => {
  const unknown = Object.keys(limitTable).filter((id) => !Object.hasOwn(accessTable, id));
  assert.deepEqual(unknown, []);
});
