import { Temporal } from 'temporal-polyfill';
import type { Application } from '../compose/compose.ts';
import type { DemoAccount } from './demo-data.ts';

type Orders = Application['modules']['orders'];
type OrderInput = Parameters<Orders['placeOrder']>[1];
type Slot = { readonly start: string };

const HOUR_MS = 60 * 60_000;

interface DemoOrder {
  /** A demo customer. Left out: a guest, whom the order names. */
  readonly customer?: string;
  /** How many hours after now the order is wanted. Left out: as soon as possible. */
  readonly inHours?: number;
  readonly input: Omit<OrderInput, 'customerId'>;
}

const demoOrders: readonly DemoOrder[] = [
  {
    customer: 'vera@holdfast.example',
    input: {
      items: [
        { sku: 'HARBOUR-CHOWDER', quantity: 2 },
        { sku: 'SODA-BREAD', quantity: 2 },
      ],
      fulfilment: { type: 'PICKUP' },
    },
  },
  {
    input: {
      items: [{ sku: 'FISH-AND-CHIPS', quantity: 2, modifiers: [{ code: 'TARTARE' }] }],
      guest: { name: 'Table of Ingrid' },
      fulfilment: { type: 'DINE_IN', table: '7' },
    },
  },
  {
    customer: 'carl@holdfast.example',
    inHours: 2,
    input: {
      items: [
        { sku: 'LAMB-SHANK', quantity: 1 },
        { sku: 'LEMON-TART', quantity: 1, note: 'with two spoons' },
      ],
      fulfilment: {
        type: 'DELIVERY',
        contact: { phone: '+44 20 7946 0018' },
        address: { line1: '12 Sea Road', city: 'Whitby', postalCode: 'YO21 3PU', country: 'GB' },
        instructions: 'Blue door',
      },
    },
  },
  {
    inHours: 24,
    input: {
      items: [{ sku: 'FISH-CURRY', quantity: 3, modifiers: [{ code: 'MEDIUM' }] }],
      guest: { name: 'Sam', phone: '+44 20 7946 0031' },
      fulfilment: { type: 'PICKUP' },
    },
  },
];

/**
 * Places some orders for the demo's customers and for guests, for now and for later, as an admin takes them on the
 * telephone and confirms them at the counter.
 */
export async function placeDemoOrders(
  { orders, scheduling }: Pick<Application['modules'], 'orders' | 'scheduling'>,
  accounts: readonly DemoAccount[],
): Promise<void> {
  const idOf = (email: string) => accounts.find((account) => account.email === email)!.id;
  const admin = accounts.find(({ role }) => role === 'admin')!;
  const caller = { kind: 'user', id: admin.id, role: 'admin', vip: false, familyId: '' } as const;
  const cause = { requestId: null, traceId: null, job: 'demo data' };
  const slots = await listSlots(scheduling);
  for (const { customer, inHours, input } of demoOrders) {
    const requestedFor = inHours === undefined ? null : findSlot(slots, inHours);
    const { id } = await orders.placeOrder(
      { caller, cause, claim: null, operation: 'placeOrder', deferred: false },
      {
        ...input,
        ...(customer === undefined ? {} : { customerId: idOf(customer) }),
        fulfilment: { ...input.fulfilment!, requestedFor },
      },
    );
    const actor = { type: 'user', id: admin.id, role: 'admin' } as const;
    await orders.changeStatus(
      { caller, actor, cause, claim: null },
      { orderId: id, input: { status: 'CONFIRMED' }, ifMatch: null },
    );
  }
}

/** Returns the free slots of today and of the next days, in the order of time. */
async function listSlots({
  getShop,
  listSlots: list,
}: Application['modules']['scheduling']): Promise<readonly Slot[]> {
  const { timeZone } = await getShop();
  const today = Temporal.Now.plainDateISO(timeZone);
  const days = [0, 1, 2].map((days) => today.add({ days }).toString());
  const pages = await Promise.all(days.map((date) => list({ date })));
  return pages.flatMap(({ data }) => data);
}

function findSlot(slots: readonly Slot[], inHours: number): string {
  const from = Date.now() + inHours * HOUR_MS;
  return slots.find(({ start }) => Date.parse(start) >= from)!.start;
}
