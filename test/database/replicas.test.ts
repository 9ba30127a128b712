import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createDatabase } from '../../src/database/database.ts';
import { createReplicas } from '../../src/database/replicas.ts';
import { statement } from '../../src/database/statement.ts';
import { CodedError } from '../../src/shared/errors.ts';
import { testDatabase } from '../support/database.ts';

const { database: primary, url } = await testDatabase();
const { database: copy } = await testDatabase({ poolMax: 2 });
const absent = createDatabase({ url: changeToClosedPort(url), poolMax: 2, constraints: {} });
after(() => absent.close());

const whichDatabase = statement<[], { name: string }>(
  'test.which_database',
  'select current_database() as name',
);
const wrong = statement<[], never>('test.wrong', 'select 1 / 0');

function changeToClosedPort(address: string): string {
  const changed = new URL(address);
  changed.port = '1';
  return changed.href;
}

async function readName(db: Parameters<typeof whichDatabase>[0]): Promise<string | undefined> {
  return (await whichDatabase(db))[0]?.name;
}

test('without replicas the primary is read', () => {
  assert.equal(createReplicas({ primary, replicas: [] }), primary);
});

test('reads go to the replicas in turn', async () => {
  const reads = createReplicas({ primary, replicas: [copy, primary] });
  const names = [await readName(reads), await readName(reads), await readName(reads)];
  assert.deepEqual(new Set(names), new Set([await readName(copy), await readName(primary)]));
});

test('an unavailable replica is skipped for a while and then tried again', async () => {
  let nowMs = 1_000;
  let queries = 0;
  const counted = {
    ...absent,
    run: <Row>(name: string, text: string, parameters: readonly unknown[]) => {
      queries += 1;
      return absent.run<Row>(name, text, parameters);
    },
  };
  const reads = createReplicas({ primary, replicas: [counted], nowMs: () => nowMs });
  const name = await readName(primary);
  assert.equal(await readName(reads), name);
  assert.equal(await readName(reads), name);
  assert.equal(queries, 1);
  nowMs += 5_001;
  assert.equal(await readName(reads), name);
  assert.equal(queries, 2);
});

test('if a replica is unavailable, the next one is read, and in the end the primary', async () => {
  const reads = createReplicas({ primary, replicas: [absent, copy] });
  assert.equal(await readName(reads), await readName(copy));
  const alone = createReplicas({ primary, replicas: [absent, absent] });
  assert.equal(await readName(alone), await readName(primary));
});

test('an error in the statement itself is not tried elsewhere', async () => {
  const reads = createReplicas({ primary: absent, replicas: [primary] });
  await assert.rejects(wrong(reads), (error) => !(error instanceof CodedError));
});
