import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { PAGE_LIMIT_DEFAULT } from '../../src/shared/pagination.ts';
import { follow } from '../support/event-reader.ts';
import { query, until } from '../support/until.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';
import type { Pages } from './pages-bench.ts';

/** The work of an admin in the console, with orders, money, products and background work. */
export function runningTests(pages: Pages): void {
  describe('running the shop', () => {
    pages.test(
      'a partial refund is shown on the order, in its history and to the customer',
      async () => {
        const customer = await pages.server.signUp();
        const order = await pages.paidOrder(customer, await pages.addDish('Cold Pie'));
        const shop = await pages.visit(customer, `/shop/orders/${order.id}`);
        await shop.getByText('Paid', { exact: true }).waitFor();
        const page = await pages.visit(pages.admin, `/console/orders/${order.id}`);
        await page.getByRole('button', { name: 'Refund…' }).click();
        const dialog = page.getByRole('dialog', { name: 'Refund' });
        await dialog.getByLabel('Amount').fill('2.00');
        await dialog.getByLabel('Reason').fill('It was cold');
        await dialog.getByRole('button', { name: 'Refund £2.00' }).click();
        await dialog.waitFor({ state: 'detached' });
        await page.getByText('partially refunded').first().waitFor();
        await page.getByText('captured £5.00, refunded £2.00').waitFor();
        await page
          .getByRole('region', { name: 'History' })
          .getByText('“It was cold”')
          .first()
          .waitFor();
        await shop.getByText('Refunded£2.00').waitFor();
      },
    );

    pages.test("a refund of too much shows the API's refusal", async () => {
      const order = await pages.paidOrder(
        await pages.server.signUp(),
        await pages.addDish('Dear Pie'),
      );
      const page = await pages.visit(pages.admin, `/console/orders/${order.id}`);
      await page.getByRole('button', { name: 'Refund…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Refund' });
      await dialog.getByLabel('Amount').fill('5.01');
      await dialog.getByLabel('Reason').fill('Too much');
      const [reply] = await Promise.all([
        page.waitForResponse(/\/refunds$/),
        dialog.getByRole('button', { name: 'Refund £5.01' }).click(),
      ]);
      const { title, requestId } = (await reply.json()) as { title: string; requestId: string };
      const alert = dialog.getByRole('alert');
      await alert.getByText(title).waitFor();
      await alert.getByText(`payments.refund_exceeds_captured · request ${requestId}`).waitFor();
    });

    pages.test(
      'flagged charges are shown, refunded one by one, and disappear when the order is paid',
      async () => {
        const customer = await pages.server.signUp();
        const order = await pages.order(customer, await pages.addDish('Odd Pie'));
        const initiated = await customer.post('/api/payments/initiate', { orderId: order.id });
        const reference = initiated.json<{ checkoutUrl: string }>().checkoutUrl.split('/').at(-1);
        const pay = (amount?: number) =>
          pages.server.anonymous.post(`/sandbox/sessions/${reference}/actions`, {
            action: 'pay',
            ...(amount === undefined ? {} : { amount }),
          });
        await pay(499);
        await pay(498);
        const page = await pages.visit(pages.admin, `/console/orders/${order.id}`);
        const payments = page.getByRole('region', { name: 'Payments' });
        await payments.getByText('£4.99 does not match').waitFor();
        await payments.getByText('£4.98 does not match').waitFor();
        await payments.getByRole('button', { name: 'Refund…' }).click();
        const dialog = page.getByRole('dialog', { name: 'Refund' });
        await dialog.getByLabel('Reason').fill('Wrong sum');
        const confirm = dialog.getByRole('button', { name: 'Refund all that is left' });
        assert.ok(await confirm.isDisabled(), 'no charge is chosen');
        await dialog.getByRole('combobox', { name: 'Charge' }).click();
        await page.getByRole('option', { name: /^£4\.98 does not match/ }).click();
        await dialog.getByText('Leave empty to refund all that is left, £4.98.').waitFor();
        await confirm.click();
        await dialog.waitFor({ state: 'detached' });
        await payments.getByText('£4.98 does not match').waitFor({ state: 'detached' });
        await payments.getByText('£4.99 does not match').waitFor();
        await pay();
        await page.getByText('Confirmed', { exact: true }).first().waitFor();
        await payments.getByText('£4.99 does not match').waitFor({ state: 'detached' });
        await payments.getByText('captured £5.00, refunded £0.00').waitFor();
      },
    );

    pages.test('a paid order can be cancelled and refunded with the keyboard alone', async () => {
      const order = await pages.paidOrder(
        await pages.server.signUp(),
        await pages.addDish('Burnt Pie'),
      );
      const page = await pages.visit(pages.admin, `/console/orders/${order.id}`);
      const more = page.getByRole('button', { name: 'More actions' });
      await more.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: 'Set another status…' }).waitFor();
      await page.getByRole('menuitem', { name: 'Cancel the order…' }).focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: /^Cancel order/ });
      await dialog.waitFor();
      // Past the last control and back to the first: the focus stays inside.
      for (let step = 0; step < 8; step += 1) {
        await page.keyboard.press('Tab');
        assert.equal(await dialog.locator(':focus').count(), 1, `after ${step + 1} steps`);
      }
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await until(async () =>
        assert.ok(
          await page.evaluate<boolean>("document.activeElement.ariaLabel === 'More actions'"),
        ),
      );
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: 'Cancel the order…' }).click();
      await dialog.getByLabel('Reason').fill('It burnt');
      await dialog.getByRole('button', { name: 'Cancel the order' }).click();
      await page.getByText('Cancellation reason').waitFor();
      await page.getByText('Refunded', { exact: true }).first().waitFor();
    });

    pages.test('a product is edited, and its stock is corrected with a reason', async () => {
      const dish = await pages.addDish('Plain Pie', 10);
      const page = await pages.visit(pages.admin, `/console/products/${dish.id}`);
      await page.getByLabel('Price in GBP').fill('6.5');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved.').waitFor();
      await page.getByLabel('Change').fill('-3');
      await page.getByLabel('Reason').fill('Dropped');
      await page.getByRole('button', { name: 'Correct' }).click();
      await page.getByText('7 now on hand.').waitFor();
      await page.getByRole('cell', { name: 'Dropped' }).waitFor();
      const reply = await pages.admin.get(`/api/products/${dish.id}`);
      const { price, stock } = reply.json<{
        price: { amount: number };
        stock: { onHand: number };
      }>();
      assert.deepEqual([price.amount, stock.onHand], [650, 7]);
    });

    pages.test('a new product is on the menu at once', async () => {
      const page = await pages.visit(pages.admin, '/console/products');
      await page.getByRole('button', { name: 'New product' }).click();
      const dialog = page.getByRole('dialog', { name: 'New product' });
      await dialog.getByLabel('SKU').fill('FRESH-PIE');
      await dialog.getByLabel('Name').fill('Fresh Pie');
      await dialog.getByLabel('Price in').fill('7.25');
      await dialog.getByLabel('On hand').fill('4');
      await dialog.getByRole('button', { name: 'Add the product' }).click();
      await page.getByRole('link', { name: 'Fresh Pie' }).waitFor();
      const shop = await pages.visit(null, '/shop');
      await shop.getByLabel('Search the menu').fill('fresh');
      await shop.getByText('Only 4 left').waitFor();
    });

    pages.test('a dead letter is sent again', async () => {
      await insertDeadEvents(pages.databaseUrl, 1);
      const page = await pages.visit(pages.admin, '/console/work/dead-letters');
      const deadLetter = page.getByRole('row').filter({ hasText: 'the ledger was away' });
      await deadLetter.getByRole('button', { name: 'Send again' }).click();
      await page.getByText('It is on its way.').waitFor();
      await deadLetter.waitFor({ state: 'detached' });
    });

    pages.test('all dead letters are sent again, including those not shown yet', async () => {
      const many = PAGE_LIMIT_DEFAULT + 5;
      await insertDeadEvents(pages.databaseUrl, many);
      const page = await pages.visit(pages.admin, '/console/work/dead-letters');
      const sendAll = page.getByRole('button', { name: 'Send all again' });
      await sendAll.click();
      await page.getByText(`${many} are on their way.`).waitFor();
      await page.getByText('Nothing has failed for good.').waitFor();
    });

    pages.test(
      'a payment is listed with the number of its order, which leads to the order',
      async () => {
        const dish = await pages.addDish('Numbered Pie');
        const order = await pages.paidOrder(await pages.server.signUp(), dish);
        const page = await pages.visit(pages.admin, '/console/payments');
        await page.getByRole('link', { name: order.number }).click();
        await page.getByRole('heading', { name: `Order ${order.number}` }).waitFor();
        assert.equal(await page.title(), `Order ${order.number} · Holdfast`);
      },
    );

    pages.test('a mail is shown as it was sent', async () => {
      const customer = await pages.server.signUp();
      const order = await pages.order(customer, await pages.addDish('Mailed Pie'));
      const { email } = customer.identity;
      await until(async () => {
        const { data } = (await pages.admin.get('/api/operations/mail')).json<{
          data: { to: string }[];
        }>();
        assert.ok(data.some(({ to }) => to === email));
      });
      const page = await pages.visit(pages.admin, '/console/work/mail');
      const row = page.getByRole('row').filter({ hasText: email });
      await row.getByRole('button', { name: `We have your order ${order.number}` }).click();
      const mail = page.getByRole('dialog').frameLocator('iframe');
      await mail.getByText('Mailed Pie').first().waitFor();
      await page.getByText('Plain text', { exact: true }).click();
      await page.getByRole('dialog').locator('pre').getByText('Mailed Pie').waitFor();
    });

    pages.test('a board whose live stream is refused retries at growing intervals', async () => {
      const cook = await pages.server.signInAs('kitchen');
      const open = () => follow(pages.server.url, cook, '/api/stream');
      const readers = await Promise.all(Array.from({ length: 20 }, open));
      const page = await pages.visit(cook, '/problems');
      await page.clock.install();
      let refusedCount = 0;
      page.on('response', (reply) => {
        if (new URL(reply.url()).pathname === '/api/stream' && reply.status() === 429) {
          refusedCount += 1;
        }
      });
      await page.goto('/console');
      await until(async () => assert.equal(refusedCount, 1));
      // A minute, in which the board once made twenty requests.
      for (let step = 0; step < 20; step += 1) {
        await page.clock.runFor(3_000);
        await page.evaluate("fetch('/health/live').then((reply) => reply.text())");
      }
      assert.ok(refusedCount >= 3 && refusedCount <= 7, `${refusedCount} times`);
      for (const reader of readers) reader.close();
    });

    pages.test('a webhook endpoint is created and tested, and its delivery is shown', async () => {
      const receiver = await startWebhookReceiver();
      const page = await pages.visit(pages.admin, '/console/work/webhooks');
      await page.getByRole('button', { name: 'New endpoint' }).click();
      const dialog = page.getByRole('dialog', { name: 'New endpoint' });
      await dialog.getByLabel('Address').fill(receiver.url);
      await dialog.getByRole('button', { name: 'Add the endpoint' }).click();
      await dialog.getByText(/^whsec_/).waitFor();
      await dialog.getByRole('button', { name: 'I have it' }).click();
      const card = page.getByRole('region', { name: receiver.url });
      await card.getByRole('button', { name: 'Show the deliveries' }).click();
      await card.getByRole('button', { name: 'Test' }).click();
      const delivery = card.getByRole('row').filter({ hasText: 'webhook.test' });
      await delivery.getByText('delivered').waitFor();
      const tested = receiver.received.some(({ body }) => body.includes('webhook.test'));
      assert.ok(tested);
    });

    pages.test('a button checks the invariants and shows that they hold', async () => {
      const page = await pages.visit(pages.admin, '/console/health');
      await page.getByText('Everything works.').waitFor();
      await page
        .getByRole('region', { name: 'Orders by hour' })
        .getByText(/Last 24 hours: \d+ placed/)
        .waitFor();
      await page.getByRole('button', { name: 'Check now' }).click();
      await page.getByText(/^All \d+ hold\./).waitFor();
      await page.getByText('inv_order_totals').waitFor();
    });
  });
}

/** Inserts provider events that could not be applied, as the inbox leaves them. */
async function insertDeadEvents(databaseUrl: string, count: number): Promise<void> {
  const events = Array.from({ length: count }, () => ({
    id: newId(),
    type: 'payment.failed',
    createdAt: null,
    kind: 'failed',
    paymentId: newId(),
    reason: null,
  }));
  await query(
    databaseUrl,
    `insert into provider_events (id, provider, event_id, type, payload, cause, status, attempts, last_error, failed_at)
     select (payload ->> 'id')::uuid, 'sandbox', payload ->> 'id', 'payment.failed', payload, $2::jsonb, 'DEAD', 8,
            'the ledger was away', now()
       from jsonb_array_elements($1::jsonb) as payload`,
    [JSON.stringify(events), JSON.stringify({ requestId: null, traceId: null })],
  );
}
