import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findEventsOfOrders } from '../../../src/events/index.ts';
import type { MailKind } from '../../../src/modules/notifications/mail-kind.ts';
import { insertMessages } from '../../../src/modules/notifications/queries.ts';
import { listMail } from '../../../src/modules/operations/list-mail.ts';
import { newId } from '../../../src/shared/ids.ts';
import { createCursors } from '../../../src/shared/pagination.ts';
import { testDatabase } from '../../support/database.ts';
import { buildPlacementContext, coded, createTestOrders } from '../../support/orders.ts';
import { addProduct, addUser } from '../../support/shop.ts';

const { database } = await testDatabase();
const cursors = createCursors('thirty-two bytes of secret for tests');
const customer = await addUser(database);
const product = await addProduct(database);

const kinds: MailKind[] = ['order.placed', 'password.reset', 'order.placed'];
for (const kind of kinds) {
  const isReset = kind === 'password.reset';
  const id = newId();
  const event = isReset ? null : await placeAndFindEvent();
  const row = {
    id,
    message_id: `${id}@shop.example`,
    recipient: 'customer@example.com',
    subject: `About ${kind}`,
    text_body: `Text of ${kind}`,
    html_body: `<p>${kind}</p>`,
    kind,
    order_id: event?.orderId ?? null,
    event_id: event?.id ?? null,
  };
  await insertMessages(database, JSON.stringify([row]));
}

async function placeAndFindEvent() {
  const { id } = await createTestOrders(database).placeOrder(buildPlacementContext(customer), {
    items: [{ sku: product.sku, quantity: 1 }],
  });
  const [event] = await findEventsOfOrders(database, [id]);
  return event!;
}

describe('sent mail', () => {
  test('is listed newest first, in pages', async () => {
    const first = await listMail(database, cursors, true, { limit: 2 });
    const second = await listMail(database, cursors, true, {
      limit: 2,
      cursor: first.nextCursor!,
    });
    assert.deepEqual(
      [...first.data, ...second.data].map(({ kind, text }) => [kind, text]),
      kinds.toReversed().map((kind) => [kind, `Text of ${kind}`]),
    );
    assert.equal(second.nextCursor, null);
  });

  test('hides the text of a password reset that was really sent, and no other text', async () => {
    const { data } = await listMail(database, cursors, false, {});
    assert.deepEqual(
      data.map(({ kind, text, html }) => [kind, text === null, html === null]),
      kinds
        .toReversed()
        .map((kind) => [kind, kind === 'password.reset', kind === 'password.reset']),
    );
  });

  test('refuses a cursor of another list', async () => {
    const cursor = cursors.encode({ list: 'products' }, ['x', 'y']);
    await assert.rejects(
      listMail(database, cursors, true, { cursor }),
      coded('request.invalid_cursor'),
    );
  });
});
