import type { Database } from '../../src/database/database.ts';
import { insertGuests, parseEmail } from '../../src/modules/accounts/index.ts';
import { writeOrders } from '../../src/modules/orders/writing/write-orders.ts';
import { newId } from '../../src/shared/ids.ts';
import type { TestServer } from './server.ts';
import { createSession, type Session } from './session.ts';
import { addProduct, type TestProduct, testCause } from './shop.ts';

/** An order without an account. */
export interface GuestOrder {
  readonly id: string;
  readonly number: string;
  readonly createdAt: Date;
  readonly guestId: string;
}

let orders = 0;

/** Adds a guest with an unpaid order of one unit, as a placement writes them. */
export async function addGuestOrder(
  database: Database,
  {
    email = `${newId()}@example.com`,
    name = 'Gus',
    phone = null,
    product,
  }: {
    readonly email?: string | null;
    readonly name?: string;
    readonly phone?: string | null;
    readonly product?: TestProduct;
  } = {},
): Promise<GuestOrder> {
  const { id: productId, sku } = product ?? (await addProduct(database));
  const guest = {
    id: newId(),
    email: email === null ? null : parseEmail(email),
    name,
    phone,
  };
  orders += 1;
  const createdAt = new Date();
  const order = {
    id: newId(),
    number: `G-${orders}`,
    customerId: guest.id,
    status: 'PENDING',
    paymentStatus: 'UNPAID',
    version: 1,
    vip: false,
    totalMinor: 250,
    currency: 'GBP',
    bill: null,
    note: null,
    fulfilment: null,
    promisedFor: null,
    shippingAddress: null,
    cancelReason: null,
    failureCode: null,
    failureDetail: null,
    expiresAt: new Date(createdAt.getTime() + 15 * 60_000),
    createdAt,
    updatedAt: createdAt,
  } as const;
  const line = {
    productId,
    sku,
    name: `Product ${sku}`,
    quantity: 1,
    unitPriceMinor: 250,
    totalMinor: 250,
    basePriceMinor: 250,
    modifiers: [],
    note: null,
    discountMinor: 0,
    taxMinor: 0,
  };
  await database.transaction(async (tx) => {
    await insertGuests(tx, [guest]);
    await writeOrders(tx, [
      {
        kind: 'place',
        order,
        lines: [line],
        clientToken: null,
        slotStart: null,
        overrideReason: null,
        actor: { type: 'user', id: guest.id, role: 'customer' },
        cause: testCause,
      },
    ]);
  });
  // By the clock of the database, which tokens state in seconds.
  const [placed] = await database.run<{ createdAt: Date }>(
    'test.created_at',
    `select created_at as "createdAt" from orders where id = $1::uuid`,
    [order.id],
  );
  return { id: order.id, number: order.number, createdAt: placed!.createdAt, guestId: guest.id };
}

/** Returns the session of someone who has the token of an order. */
export function holdToken(
  { url, application }: Pick<TestServer, 'url' | 'application'>,
  { id, createdAt }: Pick<GuestOrder, 'id' | 'createdAt'>,
): Session {
  const accessToken = application.modules.accounts.signOrderToken(id, createdAt);
  return createSession(url, { email: '', password: '', accessToken, userId: id });
}

/** Moves the end of an order, which has ended, to `days` ago. */
export async function endDaysAgo(database: Database, orderId: string, days: number): Promise<void> {
  await database.run(
    'test.end_days_ago',
    'update orders set ended_at = now() - make_interval(days => $2::int) where id = $1::uuid',
    [orderId, days],
  );
}
