import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessTable } from '../../../src/main/tables/access-table.ts';
import { limitTable } from '../../../src/main/tables/limit-table.ts';

test('every operation with its own limit exists', () => {
  const unknown = Object.keys(limitTable).filter((id) => !Object.hasOwn(accessTable, id));
  assert.deepEqual(unknown, []);
});
