import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { recordAudit } from '../../../src/audit/index.ts';
import { systemAuthor } from '../../../src/shared/caller.ts';
import { newId } from '../../../src/shared/ids.ts';
import {
  ID_A,
  ID_B,
  ID_C,
  KEY_A,
  KEY_B,
  listKeys,
  startWith,
} from '../../database/encryption/rings.ts';
import { findAudit } from '../../support/audit-rows.ts';
import { runCommand } from '../../support/command.ts';
import { testDatabase } from '../../support/database.ts';
import { startServerProcess } from '../../support/server-process.ts';
import { query } from '../../support/until.ts';

const { url } = await testDatabase();
const present = { DATABASE_URL: url, DEMO_DATA: 'false', ENCRYPTION_KEY: KEY_B };
const run = (args: readonly string[], environment: Readonly<Record<string, string>> = present) =>
  runCommand(args, { environment: { ...environment, PORT: '0' } });

const server = await startWith(url, KEY_A);
const [personId, endpointId] = [newId(), newId()];
await server.transaction((tx) =>
  recordAudit(tx, systemAuthor('test'), [
    { type: 'user.changed', subjectId: personId, before: { name: 'Ann' }, after: { name: 'Bea' } },
  ]),
);
const secret = server.keyRing.encryptText(
  { table: 'webhook_endpoints', id: endpointId },
  `whsec_${randomBytes(32).toString('base64')}`,
);
await query(
  url,
  `insert into webhook_endpoints (id, url, event_types, secret, secret_key_id)
   values ($1, 'https://shop.example/hook', '{*}', $2, $3)`,
  [endpointId, secret.value, secret.keyId],
);

async function readStored() {
  return {
    keys: await query(url, 'select key_id, key is null as destroyed from personal_keys'),
    endpoints: await query(
      url,
      'select secret_key_id, secret is null as lost from webhook_endpoints',
    ),
  };
}
const untouched = {
  keys: [{ key_id: ID_A, destroyed: false }],
  endpoints: [{ secret_key_id: ID_A, lost: false }],
};
const forget = ['encryption-key', 'forget', ID_A];

test('neither a server nor a command starts without a key that is needed, and both say which', async () => {
  const { ENCRYPTION_KEY: _, ...without } = present;
  for (const [args, environment] of [
    [['serve'], present],
    [['user', 'create', 'kim@shop.example'], without],
  ] as const) {
    const { code, stdout, stderr } = await run(args, environment);
    assert.equal(code, 2, stdout + stderr);
    assert.match(
      stdout + stderr,
      new RegExp(
        `ENCRYPTION_KEY does not contain the key ${ID_A}, .*encryption-key forget ${ID_A}`,
      ),
    );
    assert.doesNotMatch(stdout + stderr, /^ +at |undefined/m);
    assert.ok(!(stdout + stderr).includes(KEY_B));
  }
  // It reads nothing that is encrypted.
  assert.equal((await run(['check'], without)).code, 0);
  assert.deepEqual(await readStored(), untouched);
  assert.deepEqual(await listKeys(url), [{ id: ID_A, waits: 0, retired: false }]);
});

test('a key is forgotten only on request, and not if it is there or unknown', async () => {
  const asked = await run(forget);
  assert.equal(asked.code, 1);
  assert.match(
    asked.stdout,
    new RegExp(`under the key ${ID_A}: 1 keys of personal data, 1 secrets of webhook endpoints`),
  );
  assert.match(asked.stderr, /Nothing was changed.*--yes/);
  const there = await run([...forget, '--yes'], { ...present, ENCRYPTION_KEY: KEY_A });
  assert.equal(there.code, 2, there.stderr);
  assert.match(there.stderr, /nothing is lost/);
  const unknown = await run(['encryption-key', 'forget', ID_C, '--yes']);
  assert.equal(unknown.code, 1, unknown.stderr);
  assert.match(unknown.stderr, new RegExp(`There is no key ${ID_C}`));
  assert.deepEqual(await readStored(), untouched);
});

test('what was under a forgotten key is gone, servers start, and the audit says so', async () => {
  const { code, stdout, stderr } = await run([...forget, '--yes']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /1 keys of personal data, 1 secrets of webhook endpoints/);
  assert.deepEqual(await readStored(), {
    keys: [{ key_id: null, destroyed: true }],
    endpoints: [{ secret_key_id: null, lost: true }],
  });
  const started = await startServerProcess({ environment: present });
  await started.end('SIGTERM');
  assert.match(started.output(), new RegExp(`secrets are encrypted under the key ${ID_B}`));
  const created = await run(['user', 'create', 'kim@shop.example']);
  assert.equal(created.code, 0, created.stderr);
  const changed = (await findAudit(server)).filter(({ subjectId }) => subjectId === personId);
  assert.deepEqual(
    changed.map(({ after }) => after),
    [{ name: null }],
  );
  const [forgotten] = (await findAudit(server)).filter(
    ({ type }) => type === 'encryption_key.forgotten',
  );
  assert.equal(forgotten?.job, 'encryption-key forget');
  assert.deepEqual(forgotten?.after, {
    keyId: ID_A,
    lost: { 'keys of personal data': 1, 'secrets of webhook endpoints': 1 },
  });
});
