import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { beforeEach, test } from 'node:test';
import { encryptAnew } from '../../../src/database/encryption/encrypt-anew.ts';
import { registerKeys } from '../../../src/database/encryption/registry.ts';
import { createKeyRing } from '../../../src/database/key-ring.ts';
import { encryptionFindings } from '../../../src/main/cli/doctor/encryption.ts';
import { encryptedTables } from '../../../src/main/tables/encrypted-tables.ts';
import { ensurePersonalKeys } from '../../../src/personal/index.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { openWithKeys } from '../../support/encryption-key.ts';
import { query } from '../../support/until.ts';

const { url, ownerUrl } = await testDatabase();
const newKey = () => randomBytes(48).toString('base64');
const [former, present] = [newKey(), newKey()];
const [formerId = '', presentId = ''] = createKeyRing([former, present]).ids;
const open = (...keys: string[]) => openWithKeys(url, keys);

async function listFindings(...keys: string[]): Promise<string[]> {
  const findings = await encryptionFindings(open(...keys));
  for (const { say } of findings) for (const key of keys) assert.ok(!say.includes(key));
  return findings.map(({ state, say }) => `${state}: ${say}`);
}

/** Starts a server with these keys, and lets so many hours pass. */
async function start(hours: number, ...keys: string[]): Promise<void> {
  await registerKeys(open(...keys), encryptedTables);
  await query(
    url,
    `update encryption_keys set encrypts_from = encrypts_from - $1 * interval '1h'`,
    [hours],
  );
}

/** Makes the key of a person, as a process with these keys does. */
async function addPerson(...keys: string[]): Promise<void> {
  const database = open(...keys);
  await registerKeys(database, encryptedTables);
  await ensurePersonalKeys(database, [newId()]);
}

beforeEach(async () => {
  await query(
    url,
    `update personal_keys set key = null, destroyed_at = now() where key is not null`,
  );
  await query(ownerUrl, 'delete from encryption_keys');
});

test('without keys there is nothing to say, unless one is needed', async () => {
  assert.deepEqual(await listFindings(), []);
  await addPerson(former);
  const [found = '', ...others] = await listFindings();
  assert.match(found, new RegExp(`^wrong: ENCRYPTION_KEY does not contain the key ${formerId}, `));
  assert.deepEqual(others, []);
  assert.match((await listFindings(present))[0] ?? '', /^wrong: .+encryption-key forget/);
});

test('the key that encrypts is named, and before it is in force since when it will be', async () => {
  await addPerson();
  const [unknown = ''] = await listFindings(present);
  assert.match(unknown, /^ok: secrets are not encrypted; from an hour after the next start on, /);
  await start(0, present);
  const [waiting = ''] = await listFindings(present);
  assert.match(
    waiting,
    new RegExp(`^ok: secrets are not encrypted; from 20.+Z on, .+${presentId}`),
  );
  const [soon = ''] = await listFindings();
  assert.match(soon, new RegExp(`^look: from 20.+Z on, .+ ${presentId}, which .+; put it first$`));
  await start(2, present);
  const [inForce = '', inClear = '', ...others] = await listFindings(present);
  assert.equal(inForce, `ok: secrets are encrypted under the key ${presentId} of ENCRYPTION_KEY`);
  assert.match(inClear, /^look: some secrets are not encrypted yet; a worker encrypts them/);
  assert.deepEqual(others, []);
});

test('a former key stays until nothing is encrypted under it any more', async () => {
  await addPerson(former);
  await start(0, present, former);
  const [waiting = '', ...none] = await listFindings(present, former);
  assert.match(waiting, new RegExp(`^ok: .+ under the key ${formerId} .+; from 20.+${presentId}$`));
  assert.deepEqual(none, []);
  await start(3, present, former);
  const [, needed = ''] = await listFindings(present, former);
  assert.match(needed, new RegExp(`^look: the former key ${formerId} .+ is needed .+; keep it$`));
  await encryptAnew(open(present, former), encryptedTables, new AbortController().signal);
  const [inForce = '', unneeded = '', ...others] = await listFindings(present, former);
  assert.match(inForce, new RegExp(`^ok: .+ under the key ${presentId} of ENCRYPTION_KEY$`));
  assert.match(unneeded, new RegExp(`^look: nothing is encrypted under the key ${formerId}`));
  assert.deepEqual(others, []);
  assert.match((await listFindings(present)).join(), /^ok: [^,]+$/);
});

test('endpoints without a secret are counted, with how they get another one', async () => {
  await query(
    url,
    `insert into webhook_endpoints (id, url, event_types) values ($1, 'https://r.example/', '{*}')`,
    [newId()],
  );
  const [lost = '', ...others] = await listFindings();
  assert.match(
    lost,
    /^look: 1 webhook endpoint has lost its secret and receives nothing.+rotate-s/,
  );
  assert.deepEqual(others, []);
});
