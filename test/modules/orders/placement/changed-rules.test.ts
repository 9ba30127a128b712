import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BillView } from '../../../../src/modules/pricing/index.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { addDiscount, findUses } from '../../../support/pricing.ts';
import { createRule, type RuleBody } from '../../../support/rules.ts';
import { startTestServer } from '../../../support/server.ts';
import { createSession, type Reply, type Session } from '../../../support/session.ts';

/**
 * Rules that are changed, switched off and deleted while orders are placed at two servers. `CHANGES=90` makes more
 * changes; the number is a percentage too.
 */
const CUSTOMERS = 6;
const CHANGES = Number(process.env.CHANGES ?? 16);
/** Orders and quotes that are answered between two changes. */
const BETWEEN = 12;

const db = await testDatabase();
const environment = { PENDING_ORDERS_MAX: '0' };
const servers = [
  await startTestServer(db, { environment }),
  await startTestServer(db, { environment }),
];
const admins = await Promise.all(servers.map((server) => server.asAdmin()));
const [admin] = admins as [Session, ...Session[]];
const customers = await Promise.all(
  Array.from({ length: CUSTOMERS }, async (_, index) => {
    const { identity } = await servers[0]!.signUp();
    return createSession(servers[index % 2]!.url, identity);
  }),
);

const pounds = (amount: number) => ({ amount, currency: 'GBP' });

async function setUp(path: string, body: object): Promise<RuleBody> {
  return createRule(admin, path, body);
}

interface ProductWithModifier {
  readonly sku: string;
  readonly id: string;
  readonly group: RuleBody;
}

async function addProductWith(code: string): Promise<ProductWithModifier> {
  const group = await setUp('/api/modifier-groups', groupOf(code, 100));
  const sku = `SKU-${code}`;
  const { id } = await setUp('/api/products', {
    ...{ sku, name: sku, price: pounds(1_000), onHand: 1_000_000 },
    modifierGroupIds: [group.id],
  });
  return { sku, id, group };
}

function groupOf(code: string, priceMinor: number, active = true) {
  const modifier = { code, name: code, price: pounds(priceMinor), active };
  return { name: 'Extras', min: 0, max: 1, modifiers: [modifier] };
}

async function change(path: string, body: object, session: Session = admin): Promise<void> {
  const reply = await session.patch(path, body);
  assert.equal(reply.status, 200, reply.text);
}

/** Lets every customer call again and again while `work` runs. Returns when both have ended. */
async function whileCalling(
  call: (customer: Session, count: number) => Promise<void>,
  work: (waitForCalls: (count: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  let ends = false;
  let calls = 0;
  let waiting: { readonly until: number; readonly resolve: () => void } | null = null;
  const load = Promise.all(
    customers.map(async (customer) => {
      while (!ends) {
        await call(customer, calls);
        calls += 1;
        if (waiting !== null && calls >= waiting.until) waiting.resolve();
      }
    }),
  );
  const waitForCalls = async (count: number) => {
    const enough = Promise.withResolvers<void>();
    waiting = { until: calls + count, resolve: enough.resolve };
    await Promise.race([enough.promise, load]);
  };
  try {
    await work(waitForCalls);
  } finally {
    ends = true;
    await load;
  }
}

/** What applies between two changes. Each differs from all others. */
interface Rules {
  readonly percent: number;
  readonly chargeMinor: number;
  readonly modifierMinor: number;
  readonly taxPercent: number;
}

/** Reads the rules that a bill was made by, and checks that its total follows from them. */
function readRules(reply: Reply): Rules {
  const { items, bill } = reply.json<{
    items: { modifiers: { unitPrice: { amount: number } }[] }[];
    bill: BillView;
  }>();
  const modifierMinor = items[0]!.modifiers[0]!.unitPrice.amount;
  const offMinor = bill.discounts[0]?.amount.amount ?? 0;
  const chargeMinor = bill.charges[0]!.amount.amount;
  const grossMinor = 1_000 + modifierMinor;
  assert.equal(bill.total.amount, grossMinor - offMinor + chargeMinor);
  assert.equal(bill.taxes[0]!.base.amount, bill.total.amount);
  const percent = (offMinor * 100) / grossMinor;
  return { percent, chargeMinor, modifierMinor, taxPercent: Number(bill.taxes[0]!.percent) };
}

describe('rules that change while orders are placed', () => {
  test('each bill follows one set of rules: none older than the change that was answered before the request', async () => {
    const { sku, group } = await addProductWith('CHANGING');
    const discount = await setUp('/api/discounts', {
      ...{ name: 'Off', kind: 'PERCENT', percent: '0', scope: 'ORDER' },
      active: false,
    });
    const charge = await setUp('/api/charges', {
      ...{ name: 'Service', kind: 'SERVICE', amount: pounds(1), taxCategory: 'standard' },
    });
    const rate = await setUp('/api/tax-rates', {
      ...{ name: 'VAT', percent: '1', taxCategory: 'standard' },
    });
    const states: Rules[] = [{ percent: 0, chargeMinor: 1, modifierMinor: 100, taxPercent: 1 }];
    const changes: ((step: number) => readonly [string, object, Partial<Rules>])[] = [
      (step) => [`/api/discounts/${discount.id}`, percentOf(step), { percent: step }],
      (step) => [`/api/charges/${charge.id}`, { amount: pounds(step) }, { chargeMinor: step }],
      (step) => [
        `/api/modifier-groups/${group.id}`,
        groupOf('CHANGING', step * 100),
        { modifierMinor: step * 100 },
      ],
      (step) => [`/api/tax-rates/${rate.id}`, { percent: `${step}` }, { taxPercent: step }],
      () => [`/api/discounts/${discount.id}`, { active: false }, { percent: 0 }],
    ];
    /** The newest change that was sent, and the newest that was answered. */
    let sent = 0;
    let answered = 0;
    const used = new Set<number>();

    await whileCalling(
      async (customer, count) => {
        const items = [{ sku, quantity: 1, modifiers: [{ code: 'CHANGING' }] }];
        const oldest = answered;
        const reply = await (count % 4 === 0
          ? customer.post('/api/quotes', { items })
          : customer.post('/api/orders', { items }, listHeaders(count)));
        assert.ok(reply.status < 300, reply.text);
        const rules = JSON.stringify(readRules(reply));
        const place = states.findLastIndex((state) => JSON.stringify(state) === rules);
        assert.ok(place >= oldest && place <= sent, `${rules}: ${place}, ${oldest} to ${sent}`);
        used.add(place);
      },
      async (waitForCalls) => {
        for (let step = 1; step <= CHANGES; step += 1) {
          await waitForCalls(BETWEEN);
          const [path, body, becomes] = changes[step % changes.length]!(step + 1);
          states.push({ ...states.at(-1)!, ...becomes });
          sent = step;
          await change(path, body, admins[step % 2]);
          answered = step;
        }
        await waitForCalls(BETWEEN);
      },
    );
    assert.equal(used.size, CHANGES + 1);
    await change(`/api/discounts/${discount.id}`, { active: false });
    await change(`/api/charges/${charge.id}`, { active: false });
    await change(`/api/tax-rates/${rate.id}`, { active: false });
  });

  test('orders and quotes are answered although prices change all the time', async () => {
    const { sku } = await addProductWith('RESTLESS');
    const items = [{ sku, quantity: 1 }];
    await addDiscount(db.database, { code: 'RESTLESS' });
    const names = ['Packaging', 'Box'];
    const charges = await Promise.all(
      Array.from({ length: 6 }, () =>
        setUp('/api/charges', {
          ...{ name: 'Packaging', kind: 'PACKAGING', amount: pounds(1), taxCategory: 'standard' },
          active: false,
        }),
      ),
    );
    let ends = false;
    let changesCount = 0;
    const changing = async (id: string, index: number) => {
      while (!ends) {
        changesCount += 1;
        await change(`/api/charges/${id}`, { name: names[changesCount % 2]! }, admins[index % 2]);
      }
    };
    await whileCalling(
      async (customer, count) => {
        const reply = await (count % 3 === 0
          ? customer.post('/api/quotes', { items, discountCodes: ['RESTLESS'] })
          : customer.post('/api/orders', { items, discountCodes: ['RESTLESS'] }));
        assert.ok(reply.status < 300, reply.text);
      },
      async (waitForCalls) => {
        const changed = Promise.all(charges.map(({ id }, index) => changing(id, index)));
        try {
          await waitForCalls(4 * BETWEEN);
        } finally {
          ends = true;
          await changed;
        }
      },
    );
    assert.ok(changesCount > BETWEEN);
  });

  test('a code that is switched off is refused from then on, and one that is switched on again is used', async () => {
    const { sku } = await addProductWith('SWITCHING');
    const code = 'SWITCHED';
    const id = await addDiscount(db.database, { code, uses_max: 1_000_000 });
    let isOn = true;
    let isChanging = false;
    let placed = 0;
    await whileCalling(
      async (customer) => {
        const wasOn = isOn;
        const wasChanging = isChanging;
        const body = { items: [{ sku, quantity: 1 }], discountCodes: [code] };
        const reply = await customer.post('/api/orders', body);
        if (reply.status === 201) placed += 1;
        else assert.deepEqual(reply.json().discounts, [{ code, reason: 'inactive' }]);
        const isCertain = !wasChanging && !isChanging && wasOn === isOn;
        if (isCertain) assert.equal(reply.status, isOn ? 201 : 409, reply.text);
      },
      async (waitForCalls) => {
        for (const active of [false, true, false, true, false]) {
          await waitForCalls(BETWEEN);
          isChanging = true;
          await change(`/api/discounts/${id}`, { active });
          isOn = active;
          isChanging = false;
        }
        await waitForCalls(BETWEEN);
      },
    );
    assert.deepEqual(await findUses(db.database, id), { counted: placed, orders: placed });
  });

  test('a modifier that is switched off, and one whose group is deleted, is unknown from then on', async () => {
    const { sku, id, group } = await addProductWith('LEAVING');
    let sent = 0;
    let isGone = false;
    await whileCalling(
      async (customer) => {
        const wasGone = isGone;
        const before = sent;
        const items = [{ sku, quantity: 1, modifiers: [{ code: 'LEAVING' }] }];
        const reply = await customer.post('/api/orders', { items });
        const isCertain = before === sent;
        if (isCertain) assert.equal(reply.status, wasGone ? 400 : 201, reply.text);
        if (reply.status !== 201) assertUnknownModifier(reply);
      },
      async (waitForCalls) => {
        const path = `/api/modifier-groups/${group.id}`;
        const steps: [boolean, () => Promise<void>][] = [
          [true, () => change(path, groupOf('LEAVING', 100, false))],
          [false, () => change(path, groupOf('LEAVING', 200))],
          [true, () => change(`/api/products/${id}`, { modifierGroupIds: [] })],
        ];
        for (const [gone, step] of steps) {
          await waitForCalls(BETWEEN);
          sent += 1;
          await step();
          isGone = gone;
          sent += 1;
        }
        assert.equal((await admin.delete(path)).status, 204);
        await waitForCalls(BETWEEN);
      },
    );
  });
});

function percentOf(percent: number) {
  return { percent: `${percent}`, active: true };
}

/** Every other order is accepted to be placed later: it shows the bill of its acceptance. */
function listHeaders(count: number): Record<string, string> {
  return count % 2 === 0 ? { prefer: 'respond-async' } : { 'idempotency-key': newId() };
}

function assertUnknownModifier(reply: Reply): void {
  const { code, errors } = reply.json<{ code: string; errors: { pointer: string }[] }>();
  assert.equal(reply.status, 400);
  assert.equal(code, 'catalog.unknown_modifier');
  assert.equal(errors[0]!.pointer, '/items/0/modifiers/0/code');
}

describe('a rule that changes between quote and order', () => {
  test('is refused where the order states the total of the quote, and not where it states the new one', async () => {
    const { sku } = await addProductWith('QUOTED');
    const discount = await setUp('/api/discounts', {
      ...{ code: 'QUOTED', name: 'Off', kind: 'PERCENT', percent: '20', scope: 'ORDER' },
    });
    const customer = customers[1]!;
    const body = { items: [{ sku, quantity: 2 }], discountCodes: ['quoted'] };
    const { bill } = (await customer.post('/api/quotes', body)).json<{ bill: BillView }>();
    assert.equal(bill.total.amount, 1_600);
    await change(`/api/discounts/${discount.id}`, { percent: '10' });
    const refused = await customer.post('/api/orders', { ...body, expectedTotal: bill.total });
    assert.equal(refused.status, 409, refused.text);
    const { code, total } = refused.json();
    assert.equal(code, 'orders.price_changed');
    assert.deepEqual(total, { expected: pounds(1_600), current: pounds(1_800) });
    const placed = await customer.post('/api/orders', { ...body, expectedTotal: pounds(1_800) });
    assert.equal(placed.status, 201, placed.text);
  });

  test('a discount that was deleted since the quote is unknown', async () => {
    const { sku } = await addProductWith('DELETED');
    const discountCodes = ['DELETED'];
    const id = await addDiscount(db.database, { code: 'DELETED' });
    const customer = customers[0]!;
    const body = { items: [{ sku, quantity: 1 }], discountCodes };
    const quote = await customer.post('/api/quotes', body);
    assert.deepEqual(quote.json().refusals, []);
    assert.equal((await admin.delete(`/api/discounts/${id}`)).status, 204);
    const refused = await customer.post('/api/orders', body);
    assert.equal(refused.status, 409, refused.text);
    assert.deepEqual(refused.json().discounts, [{ code: 'DELETED', reason: 'unknown' }]);
  });

  test('of its deletion and its first use at once, one succeeds', async () => {
    const { sku } = await addProductWith('CONTESTED');
    for (let round = 0; round < 12; round += 1) {
      const code = `CONTESTED-${round}`;
      const limit = round % 2 === 0 ? { uses_max: 3 } : {};
      const id = await addDiscount(db.database, { code, ...limit });
      const body = { items: [{ sku, quantity: 1 }], discountCodes: [code] };
      const place = (customer: Session) => customer.post('/api/orders', body);
      const [deleted, ...replies] = await Promise.all([
        admins[round % 2]!.delete(`/api/discounts/${id}`),
        ...customers.slice(0, 4).map(place),
      ]);
      const placed = replies.filter(({ status }) => status === 201).length;
      if (deleted!.status === 204) assert.equal(placed, 0);
      else {
        assert.equal(deleted!.json().code, 'discounts.in_use');
        assert.deepEqual(await findUses(db.database, id), { counted: placed, orders: placed });
        assert.equal(placed, round % 2 === 0 ? 3 : 4);
      }
      for (const reply of replies.filter(({ status }) => status !== 201)) {
        const reason = deleted!.status === 204 ? 'unknown' : 'used_up';
        assert.deepEqual(reply.json().discounts, [{ code, reason }], reply.text);
      }
    }
  });

  test('a discount without a code that is deleted while it is used only stops applying', async () => {
    const { sku } = await addProductWith('VANISHING');
    const items = [{ sku, quantity: 1 }];
    for (let round = 0; round < 6; round += 1) {
      const id = await addDiscount(db.database, { uses_max: 2 });
      const [deleted, ...replies] = await Promise.all([
        admins[round % 2]!.delete(`/api/discounts/${id}`),
        ...customers.map((customer) => customer.post('/api/orders', { items })),
      ]);
      for (const reply of replies) assert.equal(reply.status, 201, reply.text);
      const discounted = replies.filter(
        (reply) => reply.json<{ bill: BillView }>().bill.discounts.length > 0,
      );
      assert.equal(discounted.length, deleted!.status === 204 ? 0 : 2);
      if (deleted!.status !== 204) await change(`/api/discounts/${id}`, { active: false });
    }
  });
});
