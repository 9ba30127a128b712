import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import { createSession } from '../../support/session.ts';
import { addUser } from '../../support/shop.ts';
import { startSmtpServer } from '../../support/smtp-server.ts';
import { createTokenIssuer } from '../../support/tokens.ts';
import { addEndpoint } from '../../support/webhooks.ts';
import { checkStretch, type Observed } from './check-stretch.ts';
import { Courier } from './courier.ts';
import type { Intent } from './history.ts';
import { goShopping, replay } from './journey.ts';
import { openAtAllHours, openWorld } from './open-world.ts';
import { Tally } from './tally.ts';
import { untilSettled } from './until-settled.ts';

const CLIENTS = 8;
const ORDERS = 40;

// Some rows are broken on purpose.
const db = await testDatabase({ invariants: false });
const { database, owner } = db;
const smtp = await startSmtpServer();
const secret = randomBytes(48).toString('base64url');
const server = await startTestServer(db, {
  background: true,
  environment: {
    JWT_SECRET: secret,
    MAIL_DRIVER: 'smtp',
    MAIL_FROM: 'orders@shop.example',
    SMTP_URL: smtp.url,
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    GUEST_CHECKOUT: 'true',
    ORDER_EXPIRY_MINUTES: '0.1',
    GUEST_ORDER_EXPIRY_MINUTES: '0.1',
    PENDING_ORDERS_MAX: '0',
    GUEST_PENDING_PER_ADDRESS_MAX: '0',
    HELD_UNITS_MAX: '0',
    CANCELLATIONS_PER_DAY_MAX: '0',
    STEP_UP_REFUND_MINOR: '0',
    RETRY_BASE_SECONDS: '0.05',
  },
});
const admin = await addUser(database, { role: 'admin' });
const mint = createTokenIssuer(secret);
const identity = { email: '', password: '', accessToken: mint(admin), userId: admin.id };
const staff = createSession(server.url, identity);
await openAtAllHours(staff);
const { receiver } = await addEndpoint(staff);
const observed = await observe();

/** Runs a small stretch without kills. */
async function observe(): Promise<Observed> {
  const tally = new Tally();
  const world = await openWorld(
    { database, url: server.url, admin, mint },
    { number: 1, clients: CLIENTS, customers: [], seed: 7, isEnding: () => true },
  );
  const { history, contradictions, skus } = world(0);
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      const { random, ...mine } = world(client);
      const courier = new Courier({ urls: () => [server.url], random, tally });
      while (history.length < ORDERS) await goShopping({ ...mine, random }, courier);
      courier.close();
    }),
  );
  await untilSettled(database, AbortSignal.timeout(120_000));
  const mails = smtp.take().map(({ headers }) => headers['message-id']!);
  const { forged } = receiver;
  return { after: 0, history, contradictions, skus, events: receiver.take(), forged, mails };
}

async function assertFound(changes: Partial<Observed>, ...patterns: RegExp[]): Promise<void> {
  const found = await checkStretch(database, { ...observed, ...changes });
  for (const pattern of patterns) {
    assert.ok(
      found.some((sentence) => pattern.test(sentence)),
      `${pattern} in ${JSON.stringify(found)}`,
    );
  }
}

/** Changes rows behind the product's back while the check runs. */
async function assertFoundAfter(change: string, undo: string, ...patterns: RegExp[]) {
  await alter(change);
  await assertFound({}, ...patterns);
  await alter(undo);
}

async function alter(text: string): Promise<void> {
  await owner.transaction(async (tx) => {
    // Without the triggers that refuse it.
    await tx.run('test.unguarded', 'set local session_replication_role = replica', []);
    await tx.run(`test.alter ${randomBytes(4).toString('hex')}`, text, []);
  });
}

const placed = observed.history.filter(({ outcome }) => outcome.kind === 'placed');
const cooked = placed.find(({ acts }) => acts.some(({ kind }) => kind === 'status'))!;
const orderId = ({ outcome }: Intent) => (outcome.kind === 'placed' ? outcome.orderId : '');
const replaced = (old: Intent, changes: Partial<Intent>) =>
  observed.history.map((intent) => (intent === old ? { ...intent, ...changes } : intent));

test('a stretch in which nothing went wrong has no errors', async () => {
  assert.ok(placed.length > ORDERS / 2 && cooked !== undefined);
  assert.deepEqual(await checkStretch(database, observed), []);
});

test('an order that was acknowledged and is not stored is found', async () => {
  const lost = { ...placed[0]!, token: 'lost', outcome: { ...placed[0]!.outcome, number: '1' } };
  await assertFound(
    { history: [...observed.history, lost] },
    /lost was placed as 1, but is missing/,
  );
});

test('an order that was refused and is stored is found', async () => {
  const outcome = { kind: 'refused', code: 'inventory.insufficient_stock' } as const;
  await assertFound({ history: replaced(placed[0]!, { outcome }) }, /was refused .* exists/);
});

test('two orders for one request are found, and so is one that nobody placed', async () => {
  const [one, ...others] = placed;
  const other = others.find(({ customerId }) => customerId !== one!.customerId)!;
  await assertFoundAfter(
    `update orders set client_token = '${one!.token}' where client_token = '${other.token}'`,
    `update orders set client_token = '${other.token}' where id = '${orderId(other)}'`,
    /has two orders/,
  );
  await assertFound({ history: placed.slice(1) }, /belongs to no attempt/);
});

test('another total than that of the answer is found', async () => {
  const totalMinor = cooked.totalMinor! + 1;
  await assertFound(
    { history: replaced(cooked, { totalMinor }) },
    /was answered with .* but costs/,
  );
});

test('a change that was acknowledged and is lost is found, and so is one that nobody asked for', async () => {
  const twice = [...cooked.acts, ...cooked.acts.filter(({ kind }) => kind === 'status')];
  await assertFound({ history: replaced(cooked, { acts: twice }) }, /became PREPARING 1 times/);
  await assertFound({ history: replaced(cooked, { acts: [] }) }, /became PREPARING 1 times/);
});

test('a charge that the shop does not know is found, and so is money that it keeps', async () => {
  await assertFoundAfter(
    'update sandbox.charges set amount_minor = amount_minor + 1',
    'update sandbox.charges set amount_minor = amount_minor - 1',
    /the provider charged \d+, but \d+ is recorded/,
  );
  await assertFoundAfter(
    'update payment_captures set amount_minor = amount_minor + 1',
    'update payment_captures set amount_minor = amount_minor - 1',
    /it is \w+ and costs \d+, but \d+ is kept/,
  );
});

test('units of stock that are gone without an order are found', async () => {
  await assertFoundAfter(
    'update stock set on_hand = on_hand - 1',
    'update stock set on_hand = on_hand + 1',
    /S1-\w+-\d+: \d+ were there/,
    /inv_stock_ledger/,
  );
});

test('a mail that never arrived is found, and so is one that is not recorded', async () => {
  const [lost, ...mails] = observed.mails;
  const again = mails.filter((mail) => mail !== lost);
  await assertFound({ mails: again }, /is recorded but never arrived/);
  await assertFound({ mails: [...mails, lost!, '<other>'] }, /<other> arrived but is not recorded/);
});

test('a webhook that never arrived, came out of order or was forged is found', async () => {
  const events = observed.events.filter(({ body }) => body.subject !== undefined);
  const last = events.findLast(({ body }) => body.sequence! > 1)!;
  const rest = events.filter(({ id }) => id !== last.id);
  await assertFound({ events: rest }, /the received events are not those of the order/);
  await assertFound({ events: [last, ...rest] }, /sequence 1 came after/);
  await assertFound({ forged: ['{}'] }, /invalid signature/);
});

test('a replay with another answer is found', async () => {
  const courier = new Courier({ urls: () => [server.url], random: () => 0, tally: new Tally() });
  const path = '/api/quotes';
  const body = { items: [{ sku: observed.skus[0]!, quantity: 1 }] };
  const call = { kind: 'quote', method: 'POST', path, body };
  const { answer } = await courier.settle(call);
  const contradictions: string[] = [];
  await replay({ contradictions }, courier, call, answer!);
  assert.deepEqual(contradictions, []);
  await replay({ contradictions }, courier, call, { ...answer!, text: '{}' });
  courier.close();
  await assertFound({ contradictions }, /was answered with 200 {}, and again with 200/);
});
