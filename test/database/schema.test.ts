import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import pg from 'pg';
import { emptyDatabase, testDatabase } from '../support/database.ts';
import { describeSchema } from '../support/describe-schema.ts';

const { ownerUrl: url } = await testDatabase();
const written = await readFile(new URL('../../schema.sql', import.meta.url), 'utf8');

async function dumpSchema(databaseUrl: string): Promise<{ text: string; majorVersion: number }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select current_setting('server_version_num')::int / 10000 as major`,
    );
    return { text: await describeSchema(client), majorVersion: rows[0].major };
  } finally {
    await client.end();
  }
}

const withoutComment = (text: string) => text.replace(/^--.*\n/, '');
/** Removes the bodies of views, which servers before 18 write differently. Their names are still compared. */
const withoutViewBodies = (text: string) =>
  text.replace(/^(create view \S+) as\n[\s\S]*?;$/gm, '$1;');

test('schema.sql is the schema that the migrations create', async () => {
  const { text, majorVersion } = await dumpSchema(url);
  const comparable = majorVersion >= 18 ? (schema: string) => schema : withoutViewBodies;
  assert.deepEqual(
    comparable(text).split('\n'),
    comparable(withoutComment(written)).split('\n'),
    'run "npm run schema" after a change of the migrations',
  );
});

test('schema.sql creates the same schema in an empty database', async () => {
  const { ownerUrl: emptyUrl } = await emptyDatabase();
  const client = new pg.Client({ connectionString: emptyUrl });
  await client.connect();
  await client.query(written);
  await client.end();
  // PostgreSQL writes the casts in a view's body differently each time, so only the names of views are compared.
  assert.deepEqual(
    withoutViewBodies((await dumpSchema(emptyUrl)).text).split('\n'),
    withoutViewBodies((await dumpSchema(url)).text).split('\n'),
  );
});
