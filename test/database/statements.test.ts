import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { findDefinedStatements, findDefiningFiles } from '../support/defined-statements.ts';

const { database } = await testDatabase();

const files = await findDefiningFiles();
const statements = await findDefinedStatements(files);

test('every statement can be prepared against the migrated schema', async () => {
  assert.ok(statements.length > 20, `only ${statements.length} statements were found`);
  const client = await database.connect();
  try {
    const failures: string[] = [];
    for (const { file, statement } of statements) {
      // Inside a transaction that is rolled back, so that nothing remains if a text contains more than one statement.
      await client.query('begin');
      await client.query(`prepare probe as ${statement.text}`).catch((error: Error) => {
        failures.push(`${file}: ${statement.statementName}: ${error.message}`);
      });
      await client.query('rollback');
      await client.query('deallocate all');
    }
    assert.deepEqual(failures, []);
  } finally {
    await client.end();
  }
});

test('a name belongs to one statement and fits into an identifier', () => {
  const owners = new Map<string, string>();
  for (const { file, statement } of statements) {
    const { statementName } = statement;
    assert.equal(owners.get(statementName), undefined, `${statementName} is defined twice`);
    owners.set(statementName, file);
    assert.match(statementName, /^[a-z_]+\.[a-z0-9_]+$/);
    assert.ok(Buffer.byteLength(statementName) <= 63, `${statementName} is cut off by PostgreSQL`);
  }
});

test('every parameter is cast, so that its type does not depend on the first plan', () => {
  const uncast = statements.flatMap(({ file, statement }) =>
    [...statement.text.matchAll(/\$\d+(?!\d|::)/g)].map(
      ([parameter]) => `${file}: ${statement.statementName}: ${parameter}`,
    ),
  );
  assert.deepEqual(uncast, []);
});

test('every statement is exported, so that these tests find it', () => {
  for (const { file, source } of files) {
    const defined = [...source.matchAll(/^(?:export )?const \w+ = statement\b/gm)].length;
    const found = statements.filter((each) => each.file === file).length;
    assert.ok(found >= Math.max(1, defined), `${file} defines ${defined} and exports ${found}`);
  }
});
