import type { Database } from '../../../src/database/database.ts';
import type { TestSmtpServer } from '../../support/smtp-server.ts';
import type { StoredOrder } from './history.ts';

/** Reads all orders, with what the clients know of them. */
export function readOrders(database: Database): Promise<StoredOrder[]> {
  return database.run<StoredOrder>(
    'torture.failover_orders',
    `select orders.id, orders.note as token, status, cancel_reason as "cancelReason", payment_status as "paymentStatus",
            order_lines.sku, order_lines.quantity
       from orders
       join order_lines on order_id = orders.id`,
    [],
  );
}

/** Returns those of the ids that are events of the log. */
export async function findLogged(database: Database, ids: Iterable<string>): Promise<Set<string>> {
  const rows = await database.run<{ id: string }>(
    'torture.failover_events',
    'select id from events where id = any($1::uuid[])',
    [[...ids]],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Compares the mails that arrived with those that are recorded. Returns one sentence for each difference. */
export async function findWrongMails(
  database: Database,
  { received }: TestSmtpServer,
): Promise<string[]> {
  const rows = await database.run<{ messageId: string }>(
    'torture.failover_mails',
    `select '<' || mail_messages.id || '@' || message_id_domain || '>' as "messageId"
       from mail_messages
       join mail_settings on mail_settings.id = settings_id`,
    [],
  );
  const recorded = new Set(rows.map(({ messageId }) => messageId));
  const arrived = new Set(received.map(({ headers }) => headers['message-id']!));
  return [
    ...[...recorded]
      .filter((id) => !arrived.has(id))
      .map((id) => `mail ${id} is recorded but never arrived`),
    ...[...arrived]
      .filter((id) => !recorded.has(id))
      .map((id) => `mail ${id} arrived but is not recorded`),
  ];
}
