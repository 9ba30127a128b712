import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { pages } from './pages.ts';

const db = await testDatabase();

test('the diagram of an order’s life shows exactly the transitions that the database allows', async () => {
  const page = pages.find(({ path }) => path === 'docs/concepts/states.md');
  const [, picture = ''] = /^```mermaid\n(.*?)^```/ms.exec(page?.text ?? '') ?? [];
  const drawn = [...picture.matchAll(/^ +(\w+) --> (\w+)/gm)].map(
    ([, from, to]) => `${from} ${to}`,
  );
  const steps = await db.database.run<{ step: string }>(
    'test.legal_steps',
    `select from_status || ' ' || to_status as step
       from order_status_steps
      where not override_only`,
    [],
  );
  assert.deepEqual(drawn.sort(), steps.map(({ step }) => step).sort());
});
