import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { listMails } from '../../../src/modules/notifications/index.ts';
import type { OrderStatus } from '../../../src/modules/orders/index.ts';
import type { PlaceOrderInput } from '../../../src/modules/orders/schemas.ts';
import { testDatabase } from '../../support/database.ts';
import { addGuestOrder } from '../../support/guests.ts';
import { buildContext, buildPlacementContext } from '../../support/orders.ts';
import { openPaymentsShop } from '../../support/payments.ts';
import { addCharge, addDiscount, addTaxRate } from '../../support/pricing.ts';
import { planJobs, startQueuedWorker, takeJobs } from '../../support/queued.ts';
import { randomRuns } from '../../support/random-runs.ts';
import { addProduct, addUser, offerEveryType } from '../../support/shop.ts';
import { createMailFixture } from './mail-fixture.ts';

/** Two servers with different settings on one database, and everything that may change what a mail stated. */
const { database } = await testDatabase();
await offerEveryType(database);
const shop = await openPaymentsShop(database);
const { orders, payments, admin } = shop;
const customer = await addUser(database);
const placing = startQueuedWorker(database);
const senders = [
  await createMailFixture(database, { shopName: 'Salt & Pepper' }),
  await createMailFixture(database, { shopName: 'كسكس' }),
] as const;
await addTaxRate(database, { tax_category: 'reduced' });
await addCharge(database, { tax_category: 'reduced' });
await addDiscount(database, { code: 'SAVE10' });
const [meal, taxed, free, scarce] = [
  await addProduct(database, { onHand: 100_000, priceMinor: 250 }),
  await addProduct(database, { onHand: 100_000, priceMinor: 250 }),
  await addProduct(database, { onHand: 100_000, priceMinor: 0 }),
  await addProduct(database, { onHand: 0 }),
];

await run(
  `update shop_settings set fulfilment_types = '{PICKUP,DELIVERY}', time_zone = 'Europe/London'`,
);
await run(`update products set tax_category = 'reduced' where id = $1`, taxed.id);

const orderIds: string[] = [];
const paymentIds = new Map<string, string>();
const sentIds = new Set<string>();

/** Refusals change nothing, which is fine: whichever steps are possible are tried. */
async function attempt(work: Promise<unknown>): Promise<void> {
  await work.catch((error: { code?: string }) => assert.ok(error.code, String(error)));
}

function run(text: string, ...parameters: unknown[]): Promise<unknown> {
  return database.run(`test.${text.replaceAll(/\W+/g, '_').slice(0, 50)}`, text, parameters);
}

type Step = (text: string, at: number) => Promise<unknown>;

const billed: Partial<PlaceOrderInput> = {
  discountCodes: ['SAVE10'],
  tip: { amount: 100, currency: 'GBP' },
  fulfilment: {
    type: 'DELIVERY',
    address: { line1: '1 High Street', city: 'York', country: 'GB' },
  },
};

async function place(sku: string, text: string, deferred: boolean): Promise<void> {
  const items = [
    { sku, quantity: 2 },
    { sku: meal.sku, quantity: 1 },
  ];
  const input = {
    items: sku === free.sku ? items.slice(0, 1) : items,
    note: text,
    shippingAddress: `${text} Road`,
    ...(sku === taxed.sku ? billed : {}),
  };
  const context = buildPlacementContext(customer, undefined, input, deferred);
  orderIds.push((await orders.placeOrder(context, input)).id);
}

/** Returns one of the newest orders, so that most steps find one in which they are possible. */
const pick = (at: number): string => orderIds.at(-1 - (at % 4)) ?? admin.id;

/** Changes time and details of an order, or one of the two. */
async function changeFulfilment(text: string, at: number): Promise<void> {
  const requestedFor = new Date(Date.now() + (60 + at) * 60_000).toISOString();
  const contact = { name: text.slice(0, 50) || null };
  const input =
    at % 3 === 0 ? { requestedFor } : { contact, ...(at % 3 === 1 ? { requestedFor } : {}) };
  await attempt(
    orders.changeFulfilment(buildContext(at % 2 === 0 ? admin : customer), {
      orderId: pick(at),
      input,
      ifMatch: null,
    }),
  );
}

/** Adds an order of a guest, as a placement does. */
async function placeAsGuest(text: string): Promise<void> {
  orderIds.push((await addGuestOrder(database, { name: text || 'Gus', product: meal })).id);
}

async function changeStatus(status: OrderStatus, override: boolean, text: string, at: number) {
  const input = { status, reason: text || 'none', override };
  await attempt(
    orders.changeStatus(buildContext(admin), { orderId: pick(at), input, ifMatch: null }),
  );
}

async function cancel(caller: typeof admin, reason: string | null, at: number): Promise<void> {
  await attempt(
    orders.cancelOrder(buildContext(caller), { orderId: pick(at), reason, ifMatch: null }),
  );
}

async function pay(at: number): Promise<void> {
  const orderId = pick(at);
  await attempt(
    payments.initiatePayment(buildContext(customer), orderId).then(({ result }) => {
      paymentIds.set(orderId, result.view.payment.id);
      return shop.charge(result.view.payment.id);
    }),
  );
}

async function refund(reason: string, at: number): Promise<void> {
  const paymentId = paymentIds.get(pick(at));
  if (paymentId === undefined) return;
  const input = { amount: { amount: 50 + at, currency: 'GBP' }, reason };
  await attempt(payments.refundPayment(buildContext(admin), paymentId, input));
  await shop.settle();
}

/** Sends all mails that are due and not sent yet, from one of the servers. */
async function send(at: number): Promise<void> {
  const { listJobs, claim, run: runJob } = senders[at % senders.length]!;
  const jobs = (await Promise.all(orderIds.map((orderId) => listJobs({ orderId })))).flat();
  const unsent = jobs.filter(({ id }) => !sentIds.has(id));
  for (const { id } of unsent) sentIds.add(id);
  await Promise.all((await claim(unsent)).map(runJob));
}

async function placeQueued(): Promise<void> {
  await placing.run(await takeJobs(database, await planJobs(database)));
}

const steps = {
  place: (text) => place(meal.sku, text, false),
  'place a free one': (text) => place(free.sku, text, false),
  'place one with a bill': (text) => place(taxed.sku, text, false),
  'queue one with a bill': (text) => place(taxed.sku, text, true),
  queue: (text) => place(meal.sku, text, true),
  'queue one that fails': (text) => place(scarce.sku, text, true),
  'place queued': placeQueued,
  pay: (_text, at) => pay(at),
  refund,
  confirm: (text, at) => changeStatus('CONFIRMED', false, text, at),
  'make ready': (text, at) => changeStatus('READY', true, text, at),
  'move back': (text, at) => changeStatus('PENDING', true, text, at),
  'cancel as admin': (text, at) => cancel(admin, text || null, at),
  'cancel as customer': (_text, at) => cancel(customer, null, at),
  'rename the customer': (text) =>
    run('update users set name = $2 where id = $1', customer.id, text),
  'change the e-mail address': (_text, at) =>
    run(`update users set email = $2::int || '@example.com' where id = $1`, customer.id, at),
  'rename and reprice the product': (text, at) =>
    run(
      'update products set name = $2, price_minor = $3 where id = $1',
      meal.id,
      text || 'None',
      100 + at,
    ),
  'rename and change the rules': async (text, at) => {
    const name = text || 'None';
    await run(
      'update discounts set name = $1, percent = $2, version = version + 1',
      name,
      1 + (at % 50),
    );
    await run('update tax_rates set name = $1, percent = $2', name, at);
    await run('update charges set name = $1, amount_minor = $2', name, at);
  },
  'change the shop': (text, at) =>
    run(
      'update shop_settings set name = $1, time_zone = $2',
      at % 2 === 0 ? null : `${text} Shop`.slice(-100),
      ['Europe/London', 'America/St_Johns', 'UTC'][at % 3],
    ),
  'change the fulfilment': changeFulfilment,
  'place as a guest': placeAsGuest,
  'make the guest an account': (_text, at) =>
    run(
      `update users set guest = false, password_hash = 'none'
        where guest and id = (select customer_id from orders where id = $1)`,
      pick(at),
    ),
  send: (_text, at) => send(at),
} satisfies Record<string, Step>;

/** A mail of each kind, and what could change its text. Refusals and impossible steps change nothing. */
const everyKind = (
  [
    ['place', 'send', 'pay', 'rename the customer', 'send', 'refund', 'send'],
    ['make ready', 'send', 'cancel as admin', 'send', 'move back'],
    ['place', 'pay', 'cancel as admin', 'send', 'refund', 'rename the customer'],
    [
      'queue',
      'rename and reprice the product',
      'place queued',
      'send',
      'cancel as customer',
      'send',
    ],
    ['queue one that fails', 'place queued', 'send', 'rename and reprice the product'],
    ['queue', 'cancel as customer', 'send', 'place a free one', 'send', 'move back', 'send'],
    ['change the e-mail address', 'place', 'send', 'change the e-mail address'],
    ['place one with a bill', 'queue one with a bill', 'rename and change the rules', 'send'],
    ['place queued', 'send', 'rename and change the rules'],
    ['place one with a bill', 'change the shop', 'send', 'change the fulfilment', 'send'],
    ['change the fulfilment', 'pay', 'change the fulfilment', 'send', 'change the shop'],
    ['place as a guest', 'send', 'make the guest an account', 'send'],
  ] as const
)
  .flat()
  .map((name, index) => ({ name, text: `${name} ${index}`, at: 0 }))
  // The details of one order change without its time, and then the time with them.
  .flatMap((step) =>
    step.name === 'change the fulfilment' ? [{ ...step, at: 8 }, step, { ...step, at: 4 }] : [step],
  );

/** What a mail is shown without: the token of a guest's link. */
const withoutToken = (text: string) => text.replace(/\?token=token-[0-9a-f-]{36}/, '');

function requireShown(): Promise<void> {
  return listMails(database, null, 10_000).then((shown) => {
    const shownById = new Map(
      shown.map(({ id, messageId, to, subject, text, html }) => [
        id,
        { messageId, to, subject, text, html },
      ]),
    );
    const accepted = senders.flatMap(({ server }) => server.accepted);
    assert.equal(shownById.size, accepted.length);
    for (const { id, to, subject, text, html } of accepted) {
      assert.deepEqual(shownById.get(id), {
        messageId: `${id}@shop.example`,
        to,
        subject,
        text: withoutToken(text),
        html: withoutToken(html),
      });
    }
  });
}

test('a mail is shown as it was sent, byte by byte, whatever happens afterwards', async () => {
  const text = fc.oneof(
    fc.constantFrom('', 'Ada Lovelace', 'J. R. R.', 'evil.example', 'شكشوكة', '<b>&"\''),
    fc.string({ unit: 'grapheme', maxLength: 70 }).map((it) => it.replaceAll('\0', '')),
  );
  const step = fc.record({
    name: fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[])),
    text,
    at: fc.nat({ max: 100 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (sequence) => {
      for (const { name, text: given, at } of sequence) await steps[name](given, at);
      await placeQueued();
      await send(sequence.length);
      await requireShown();
    }),
    { numRuns: randomRuns(25), examples: [[everyKind]] },
  );
  const kinds = new Set((await listMails(database, null, 10_000)).map(({ kind }) => kind));
  assert.deepEqual([...kinds].sort(), [
    'order.cancelled',
    'order.confirmed',
    'order.failed',
    'order.placed',
    'order.readdressed',
    'order.ready',
    'order.rescheduled',
    'payment.refunded',
  ]);
  const accepted = senders.flatMap(({ server }) => server.accepted);
  assert.ok(accepted.some(({ text }) => text.includes('?token=token-')));
});
