import assert from 'node:assert/strict';
import type { Database } from '../../src/database/database.ts';
import { newId } from '../../src/shared/ids.ts';
import { addressOf, headersOf, type Marked, orderOf } from './marked.ts';
import type { TestServer } from './server.ts';
import { createSession, type Reply, type Session } from './session.ts';
import type { PlacedByGuest } from './strangers.ts';
import { until } from './until.ts';

/** Returns a reply that is no refusal. */
export async function succeed(reply: Promise<Reply>): Promise<Reply> {
  const done = await reply;
  assert.ok(done.status < 300, done.text);
  return done;
}
export const idOf = (reply: Reply) => reply.json<{ id: string }>().id;

/** The product that everybody orders. */
const sku = 'TART';

/** Lets marked people live in a shop, and leave there whatever people can leave. `owner`: the database as its owner. */
export async function createLives(
  server: Pick<TestServer, 'url' | 'anonymous' | 'database'>,
  owner: Pick<Database, 'connect'>,
  admin: Session,
) {
  /** Signs up with a session whose every request tells where it comes from. */
  async function signUp(person: Marked, email: string): Promise<Session> {
    const headers = headersOf(person);
    const credentials = { email, password: `a phrase of ${newId()}` };
    const signedUp = await succeed(
      server.anonymous.post(
        '/api/auth/signup',
        { ...credentials, name: person.mark('first name') },
        headers,
      ),
    );
    const { accessToken, user } = signedUp.json<{ accessToken: string; user: { id: string } }>();
    const session = createSession(server.url, { ...credentials, accessToken, userId: user.id });
    await succeed(session.patch('/api/auth/profile', { name: person.mark('last name') }, headers));
    return session;
  }

  async function proveAddress({ identity }: Session): Promise<void> {
    await server.database.run(
      'test.prove_address',
      'update users set email_verified_at = now() where id = $1::uuid',
      [identity.userId],
    );
  }

  async function pay(session: Session, orderId: string, action: string): Promise<string> {
    const reply = await succeed(session.post('/api/payments/initiate', { orderId }));
    const { payment, checkoutUrl } = reply.json<{ payment: { id: string }; checkoutUrl: string }>();
    const reference = new URL(checkoutUrl).pathname.split('/').at(-1)!;
    await succeed(server.anonymous.post(`/sandbox/sessions/${reference}/actions`, { action }));
    return payment.id;
  }

  async function waitFor(orderId: string, event: string): Promise<void> {
    await until(async () => {
      const history = await succeed(admin.get(`/api/orders/${orderId}/history`));
      const types = history.json<{ data: { type: string }[] }>().data.map(({ type }) => type);
      assert.ok(types.includes(event), `${event} of ${types.join()}`);
    });
  }

  async function orderAsGuest(person: Marked, email: string): Promise<PlacedByGuest> {
    const guest = { email, name: person.mark('guest name'), phone: '+442079460999' };
    const body = { ...orderOf(person, sku, 'as a guest'), guest };
    const placed = await succeed(
      server.anonymous.post('/api/orders', body, { 'x-forwarded-for': addressOf(person) }),
    );
    return placed.json<PlacedByGuest>();
  }
  /** Lets somebody do everything that leaves something in the shop. */
  async function live(person: Marked, email: string): Promise<Session> {
    const session = await signUp(person, email);
    await proveAddress(session);
    const { userId } = session.identity;
    await succeed(
      session.post('/api/cart/items', { sku, quantity: 2, note: person.mark('cart item note') }),
    );
    await succeed(
      session.patch('/api/cart', {
        note: person.mark('cart note'),
        fulfilment: { type: 'PICKUP', contact: { name: person.mark('cart contact') } },
      }),
    );

    const cancelled = idOf(
      await succeed(
        session.post('/api/orders', orderOf(person, sku, 'cancelled'), {
          'idempotency-key': newId(),
        }),
      ),
    );
    await succeed(
      session.patch(
        `/api/orders/${cancelled}/fulfilment`,
        {
          contact: { name: person.mark('other contact') },
          instructions: person.mark('other instructions'),
        },
        { 'idempotency-key': newId() },
      ),
    );
    await succeed(
      session.post(`/api/orders/${cancelled}/cancel`, { reason: person.mark('why cancelled') }),
    );

    const queued = { ...orderOf(person, sku, 'queued'), clientToken: person.mark('token') };
    const refunded = idOf(
      await succeed(session.post('/api/orders', queued, { prefer: 'respond-async' })),
    );
    await waitFor(refunded, 'order.placed');
    await pay(session, refunded, 'decline');
    await waitFor(refunded, 'payment.failed');
    const paymentId = await pay(session, refunded, 'pay');
    await waitFor(refunded, 'order.confirmed');
    await succeed(
      admin.post(`/api/payments/${paymentId}/refunds`, {
        amount: { amount: 100, currency: 'GBP' },
        reason: person.mark('why refunded'),
      }),
    );
    await waitFor(refunded, 'refund.succeeded');
    await succeed(
      admin.patch(`/api/orders/${refunded}/status`, {
        status: 'COMPLETED',
        override: true,
        reason: person.mark('why overridden'),
      }),
    );
    await succeed(admin.patch(`/api/users/${userId}`, { vip: true }));
    return session;
  }
  /** Puts marks where only a rare moment or an earlier version leaves something. */
  async function leaveRareTexts({ mark }: Marked, userId: string): Promise<void> {
    const client = await owner.connect();
    const noticeId = newId();
    const run = (text: string, ...values: unknown[]) => client.query(text, values);
    try {
      await run(
        `update orders
            set shipping_address = $2, buyer_network = $3
          where customer_id = $1`,
        userId,
        mark('shipping address'),
        mark('network'),
      );
      await run(
        `update payments
            set session_request = jsonb_build_object('customerEmail', $2::text)
           from orders
          where orders.id = order_id and customer_id = $1`,
        userId,
        mark('address of a payment page'),
      );
      await run(
        `insert into provider_events (id, provider, event_id, type, payload, cause, status)
         select $2::uuid, 'sandbox', $2::uuid::text, 'session.failed', jsonb_build_object('paymentId', payments.id, 'reason', $3::text),
                '{}', 'IGNORED'
           from payments
           join orders on orders.id = order_id
          where customer_id = $1
          limit 1`,
        userId,
        newId(),
        mark('words of a provider'),
      );
      await run(
        `insert into mail_texts (mail_id, subject, text_body, html_body)
         select mails.id, $2, $3, ''
           from mail_messages as mails
           join orders on orders.id = order_id
          where customer_id = $1
          limit 1`,
        userId,
        mark('stored subject'),
        mark('stored text'),
      );
      await run(
        `insert into account_notices (id, user_id, kind, address, browser, recipient)
         values ($2, $1, 'new_device', $3, $4, $5)`,
        userId,
        noticeId,
        mark('address of a notice'),
        mark('browser of a notice'),
        mark('recipient of a notice'),
      );
      // The jobs of mails that could not be sent.
      await run(
        `insert into jobs (id, name, queue, data, state, ended_at)
         select $3::uuid, 'notifications.send-mail', 'mail',
                jsonb_build_object('kind', 'order.placed', 'orderId', max(id::text), 'sequence', 1), 'dead', now()
           from orders
          where customer_id = $1
         union all
         select $4::uuid, 'notifications.send-account-mail', 'mail',
                jsonb_build_object('kind', 'account.new_device', 'id', $2::text), 'dead', now()`,
        userId,
        noticeId,
        newId(),
        newId(),
      );
      await run(
        `update users set original_email_key = $2, phone = '+442079460777' where id = $1`,
        userId,
        mark('first address'),
      );
    } finally {
      await client.end();
    }
  }
  await succeed(
    admin.post('/api/products', {
      sku,
      name: 'Tart',
      price: { amount: 595, currency: 'GBP' },
      onHand: 999,
    }),
  );
  const shop = (await succeed(admin.get('/api/shop'))).json<{ version: number }>();
  await succeed(
    admin.patch('/api/shop', { fulfilmentTypes: ['PICKUP', 'DELIVERY'], version: shop.version }),
  );
  return { sku, signUp, proveAddress, orderAsGuest, live, leaveRareTexts };
}
