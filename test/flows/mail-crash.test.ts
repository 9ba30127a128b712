import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { lockRows, waitUntilBlocked } from '../support/locked-rows.ts';
import { startTestServer } from '../support/server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { type ReceivedMail, startSmtpServer } from '../support/smtp-server.ts';
import { until } from '../support/until.ts';

/** A server that accepts orders in this process, and worker processes that are killed while they send mail. */
const db = await testDatabase();
const smtp = await startSmtpServer();
const JWT_SECRET = randomBytes(48).toString('base64url');
const mail = { MAIL_DRIVER: 'smtp', SMTP_URL: smtp.url, MAIL_FROM: 'orders@shop.example' };
const api = await startTestServer(db, {
  background: true,
  environment: { ...mail, JWT_SECRET, ROLE: 'api' },
});
const workers: ServerProcess[] = [];
after(() => endAll('SIGKILL'));

async function endAll(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  await Promise.all(workers.splice(0).map((worker) => worker.end(signal)));
}

async function startWorker(): Promise<void> {
  const environment = { ...mail, ROLE: 'worker', DATABASE_URL: db.url, JWT_SECRET };
  workers.push(await startServerProcess({ environment }));
}

const ORDERS = 4;
const admin = await api.asAdmin();
const customer = await api.signUp();
const { email } = customer.identity;
const price = { amount: 295, currency: 'GBP' };
await admin.post('/api/products', { sku: 'NAAN', name: 'Plain Naan', price, onHand: 1_000 });

/** Returns all received copies of each mail by Message-ID. */
function received(): Map<string, ReceivedMail[]> {
  return Map.groupBy(
    smtp.received.filter(({ envelopeTo }) => envelopeTo.includes(email)),
    ({ headers }) => headers['message-id']!,
  );
}

async function askForMails(): Promise<void> {
  const items = [{ sku: 'NAAN', quantity: 1 }];
  for (let order = 0; order < ORDERS; order += 1) {
    const reply = await customer.post('/api/orders', { items });
    assert.equal(reply.status, 201, reply.text);
  }
  await api.anonymous.post('/api/auth/password/forgot', { email });
}

test('a worker killed between sending and recording sends the same Message-ID again and leaves one row', async () => {
  await askForMails();
  // Mails are sent but cannot be recorded.
  const held = await lockRows(db.database, 'lock table mail_messages in exclusive mode');
  try {
    await startWorker();
    await until(async () => assert.equal(received().size, ORDERS + 1));
    await waitUntilBlocked(db.database, '%insert into mail_messages%');
    await endAll('SIGKILL');
  } finally {
    await held.release();
  }
  assert.deepEqual(await rows(), []);
  // The leases of the killed workers would expire within a minute anyway.
  await db.database.run(
    'test.end_leases',
    `update jobs set leased_until = now() - interval '1 second' where state = 'running'`,
    [],
  );
  await startWorker();
  await until(async () => assert.equal((await rows()).length, ORDERS + 1));
  await endAll('SIGTERM');

  const mails = received();
  assert.equal(mails.size, ORDERS + 1, 'each mail has one Message-ID');
  for (const copies of mails.values()) {
    assert.ok(copies.length >= 2);
    assert.equal(copies[0]!.text, copies[1]!.text);
  }
  assert.deepEqual(
    (await rows()).map(({ messageId }) => `<${messageId}>`).sort(),
    [...mails.keys()].sort(),
  );
  const unfinished = await db.database.run('test.unfinished', 'select id from jobs', []);
  assert.deepEqual(unfinished, []);
});

function rows(): Promise<{ messageId: string }[]> {
  return db.database.run(
    'test.mail_rows',
    `select mail_messages.id || '@' || message_id_domain as "messageId"
       from mail_messages
       join mail_settings on mail_settings.id = settings_id`,
    [],
  );
}
