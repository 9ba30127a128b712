import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pLimit from 'p-limit';
import type { ImportedLine } from '../../src/modules/orders/index.ts';
import { addDays, toInstant, toLocalDate } from '../../src/modules/scheduling/times/local-time.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { type EveningOrder, readEvenings, timeZone } from '../support/evenings.ts';
import { startServerPair } from '../support/server-pair.ts';
import type { Reply } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import { findBooked, listAllSlots } from '../support/slots.ts';

/**
 * Evenings of a takeaway are ordered again for coming days, at two servers: each order wants the slot of its recorded
 * time, and takes the next free one of that evening if it is full. `HOLDFAST_DATA_DIR=… EVENINGS=50 PLACES=2` are its 50
 * busiest evenings, with two orders for each quarter of an hour.
 */
const EVENINGS = Number(process.env.EVENINGS ?? 5);
const PLACES = Number(process.env.PLACES ?? 2);
const SLOT_MINUTES = 15;
const OPENS_AT = 16 * 60;
/** Orders that are placed at the same time, of any evening. */
const CONCURRENCY = 32;

const db = await testDatabase();
const { servers, signIn } = await startServerPair(db);

const [admin] = await signIn('admin');
const customers = await Promise.all(Array.from({ length: 20 }, () => signIn('customer')));
const evenings = await readEvenings(process.env.HOLDFAST_DATA_DIR ?? null, EVENINGS, OPENS_AT);
const skus = await addProducts();

/** Adds a product for each dish and price, since dishes have cost more over the years. Returns their SKUs. */
async function addProducts(): Promise<ReadonlyMap<string, string>> {
  const lines = new Map(
    evenings.flat().flatMap((order) => order.lines.map((line) => [toDish(line), line])),
  );
  const added = [...lines].map(async ([dish, { unitPriceMinor: priceMinor }]) => {
    const { sku } = await addProduct(db.database, { priceMinor, onHand: 1_000_000 });
    return [dish, sku] as const;
  });
  return new Map(await Promise.all(added));
}

function toDish({ name, unitPriceMinor }: ImportedLine): string {
  return `${name} at ${unitPriceMinor}`;
}

/** An order of a recorded evening, for a coming one. */
interface Wish extends EveningOrder {
  /** The beginning of its slot. */
  readonly slot: string;
  readonly lastOfEvening: string;
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

async function setUpShop(): Promise<void> {
  const reply = await admin!.patch('/api/shop', {
    timeZone,
    openingHours: Object.fromEntries(days.map((day) => [day, [['16:00', '24:00']]])),
    slotMinutes: SLOT_MINUTES,
    slotOrdersMax: PLACES,
    horizonDays: 60,
  });
  assert.equal(reply.status, 200, reply.text);
}

function listWishes(): Wish[] {
  const today = toLocalDate(new Date(), timeZone);
  return evenings.flatMap((orders, index) => {
    const date = addDays(today, index + 1);
    const at = (minutes: number) => toInstant(date, minutes, timeZone).toISOString();
    const lastOfEvening = at(24 * 60 - SLOT_MINUTES);
    return orders.map((order) => {
      const slot = at(Math.floor(order.minutes / SLOT_MINUTES) * SLOT_MINUTES);
      return { ...order, slot, lastOfEvening };
    });
  });
}

/**
 * Returns how many orders each slot has if each of them takes the first free one from its wish on. The order in which
 * they come decides who gets which slot, but not how many a slot has.
 */
function countFitting(wishes: readonly Wish[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { slot, lastOfEvening } of wishes) {
    let start = Date.parse(slot);
    const toText = () => new Date(start).toISOString();
    while (counts.get(toText()) === PLACES) start += SLOT_MINUTES * 60_000;
    if (toText() <= lastOfEvening) counts.set(toText(), (counts.get(toText()) ?? 0) + 1);
  }
  return counts;
}

interface OrderBody {
  readonly total: { readonly amount: number };
  readonly fulfilment: { readonly requestedFor: string; readonly promisedFor: string };
}

/** Orders for the wished slot or the next free one of the evening. Null: there is none. */
async function place(wish: Wish, index: number): Promise<OrderBody | null> {
  const session = customers[index % customers.length]![index % servers.length]!;
  const items = wish.lines.map((line) => ({
    sku: skus.get(toDish(line))!,
    quantity: line.quantity,
  }));
  for (let slot = wish.slot; ; ) {
    const fulfilment = { type: 'PICKUP', requestedFor: slot };
    const reply = await session.post(
      '/api/orders',
      { items, fulfilment },
      { 'idempotency-key': newId() },
    );
    if (reply.status === 201) return reply.json<OrderBody>();
    const next = findNextTime(reply, slot);
    if (next === undefined || next > wish.lastOfEvening) return null;
    slot = next;
  }
}

function findNextTime(reply: Reply, slot: string): string | undefined {
  assert.equal(reply.status, 409, reply.text);
  const { code, nextTimes } = reply.json<{ code: string; nextTimes: string[] }>();
  assert.equal(code, 'fulfilment.slot_full');
  assert.ok(
    nextTimes.every((time) => time > slot),
    reply.text,
  );
  return nextTimes[0];
}

describe('evenings that are ordered again with slots', () => {
  test(`of ${evenings.flat().length} orders of ${evenings.length} evenings, ${PLACES} get each slot at most, and every one that fits gets one`, async (t) => {
    await setUpShop();
    const wishes = listWishes();
    const limit = pLimit(CONCURRENCY);
    const placed = await Promise.all(wishes.map((wish, index) => limit(() => place(wish, index))));

    const fitting = countFitting(wishes);
    const promised = new Map<string, number>();
    for (const [index, order] of placed.entries()) {
      if (order === null) continue;
      const { promisedFor, requestedFor } = order.fulfilment;
      const { slot, lastOfEvening, lines } = wishes[index]!;
      assert.equal(promisedFor, requestedFor);
      assert.ok(promisedFor >= slot && promisedFor <= lastOfEvening, promisedFor);
      promised.set(promisedFor, (promised.get(promisedFor) ?? 0) + 1);
      const recorded = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0);
      assert.equal(order.total.amount, recorded);
    }
    const sorted = [...fitting].sort();
    assert.deepEqual([...promised].sort(), sorted);
    assert.deepEqual([...(await findBooked(db.database))].sort(), sorted);
    const listed = (await listAllSlots(admin!)).filter(({ available }) => available !== PLACES);
    assert.deepEqual(
      listed.map(({ start, available }) => [start, PLACES - available!]),
      sorted,
    );
    const moved = placed.filter(
      (order, index) => order !== null && order.fulfilment.promisedFor !== wishes[index]!.slot,
    );
    const late = placed.filter((order) => order === null).length;
    t.diagnostic(`${moved.length} orders got a later slot, ${late} none of their evening`);
    assert.ok(moved.length > 0);
  });
});
