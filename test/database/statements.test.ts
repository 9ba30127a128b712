import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isStatement, type Statement } from '../../src/database/statement.ts';
import { testDatabase } from '../support/database.ts';

const { database } = await testDatabase();
const root = fileURLToPath(new URL('../..', import.meta.url));

interface Found {
  readonly file: string;
  readonly statement: Statement<unknown[], unknown>;
}

/** Files that define statements: nearly all are a room's `queries.ts`. */
async function definingFiles(): Promise<{ file: string; source: string }[]> {
  const files: { file: string; source: string }[] = [];
  for (const file of globSync('src/**/*.ts', { cwd: root }).sort()) {
    const source = await readFile(`${root}/${file}`, 'utf8');
    if (file !== 'src/database/statement.ts' && /\bstatement\s*[<(]/.test(source)) {
      files.push({ file, source });
    }
  }
  return files;
}

/** The statements in what a file exports, also inside lists and records. */
function statementsIn(value: unknown): Statement<unknown[], unknown>[] {
  if (isStatement(value)) return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(statementsIn);
}

const files = await definingFiles();

async function exportedStatements(): Promise<readonly Found[]> {
  const found = new Map<unknown, Found>();
  for (const { file } of files) {
    const exported: object = await import(pathToFileURL(`${root}/${file}`).href);
    for (const statement of statementsIn({ ...exported })) {
      if (!found.has(statement)) found.set(statement, { file, statement });
    }
  }
  return [...found.values()];
}

const statements = await exportedStatements();

test('every statement can be prepared against the migrated schema', async () => {
  assert.ok(statements.length > 20, `only ${statements.length} statements were found`);
  const client = await database.connect();
  try {
    const failures: string[] = [];
    for (const { file, statement } of statements) {
      // Inside a transaction that is rolled back, so that nothing stays when a text holds more than one statement.
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

test('every parameter is cast, so that its type does not hang on the first plan', () => {
  const uncast = statements.flatMap(({ file, statement }) =>
    [...statement.text.matchAll(/\$\d+(?!\d|::)/g)].map(
      ([parameter]) => `${file}: ${statement.statementName}: ${parameter}`,
    ),
  );
  assert.deepEqual(uncast, []);
});

test('no statement is hidden from these tests: each one is exported', () => {
  for (const { file, source } of files) {
    const defined = [...source.matchAll(/^(?:export )?const \w+ = statement\b/gm)].length;
    const found = statements.filter((each) => each.file === file).length;
    assert.ok(found >= Math.max(1, defined), `${file} defines ${defined} and exports ${found}`);
  }
});
