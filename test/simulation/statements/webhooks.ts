import type { Handlers } from '../store/connection.ts';
import type { Row, StoreTransaction } from '../store/store.ts';

/** The statements of outgoing webhooks. */

const queueKey = (endpointId: string, lineId: string) => `${endpointId} ${lineId}`;

function pendingOf(tx: StoreTransaction, endpointId: string, lineId: string): Row | undefined {
  return tx
    .rows('webhook_deliveries')
    .filter(
      (one) => one.status === 'PENDING' && one.endpointId === endpointId && one.lineId === lineId,
    )
    .sort((one, other) => one.eventPosition - other.eventPosition)[0];
}

/** Returns the key of the words that somebody typed about an event. */
function personalKeyOf(tx: StoreTransaction, event: Row): Row | null {
  const stored = tx.get('personal_keys', event.personal_of);
  if (stored === undefined) return null;
  const { personId, key, keyId } = stored;
  return { personId, key: key.toString('hex'), keyId };
}

/** Changes a delivery that a job still has. */
function patchOwn(
  tx: StoreTransaction,
  id: string,
  jobId: string,
  change: (row: Row) => Row,
): never[] {
  const row = tx.lockRow('webhook_deliveries', id);
  if (row?.status === 'PENDING' && row.jobId === jobId) {
    tx.patch('webhook_deliveries', id, change(row));
  }
  return [];
}

export const webhookStatements: Handlers = {
  'webhooks.find_active_endpoints': (tx) =>
    tx.rows('webhook_endpoints').filter(({ active }) => active),
  'webhooks.insert_deliveries': (tx, rows: string) => {
    for (const row of JSON.parse(rows) as Row[]) {
      const name = queueKey(row.endpoint_id, row.event_id);
      tx.lock(`webhook_deliveries of ${name}`);
      const isKnown = tx
        .rows('webhook_deliveries')
        .some((one) => queueKey(one.endpointId, one.eventId) === name);
      if (isKnown) continue;
      tx.put('webhook_deliveries', row.id, {
        id: row.id,
        endpointId: row.endpoint_id,
        eventId: row.event_id,
        eventType: row.event_type,
        eventPosition: row.event_position,
        orderId: row.order_id,
        lineId: row.line_id,
        sealNumber: null,
        status: 'PENDING',
        attempts: 0,
        lastStatus: null,
        lastError: null,
        jobId: null,
      });
    }
    return [];
  },
  'webhooks.lock_lines': (tx, endpointIds: string[], lineIds: string[]) => {
    const keys = endpointIds.map((endpointId, index) => queueKey(endpointId, lineIds[index]!));
    for (const key of keys.sort()) {
      tx.lock(`webhook_lines ${key}`);
      if (tx.get('webhook_lines', key) === undefined) {
        const [endpointId, lineId] = key.split(' ');
        tx.put('webhook_lines', key, { endpointId, lineId, deliveryId: null });
      }
    }
    return [];
  },
  'webhooks.move_lines': (
    tx,
    endpointIds: string[],
    lineIds: string[],
    jobIds: string[],
    againId: string | null,
  ) =>
    endpointIds.flatMap((endpointId, index) => {
      const key = queueKey(endpointId, lineIds[index]!);
      const line = tx.get('webhook_lines', key);
      const first = pendingOf(tx, endpointId, lineIds[index]!);
      if (first === undefined) {
        tx.remove('webhook_lines', key);
        return [];
      }
      if (line === undefined || (line.deliveryId === first.id && first.id !== againId)) return [];
      tx.patch('webhook_lines', key, { deliveryId: first.id });
      const jobId = jobIds[index]!;
      tx.lockRow('webhook_deliveries', first.id);
      tx.patch('webhook_deliveries', first.id, { jobId });
      return [{ deliveryId: first.id, jobId, eventId: first.eventId }];
    }),
  'webhooks.find_due_delivery': (tx, id: string) => {
    const delivery = tx.get('webhook_deliveries', id);
    if (delivery === undefined) return [];
    const endpoint = tx.get('webhook_endpoints', delivery.endpointId)!;
    const line = tx.get('webhook_lines', queueKey(delivery.endpointId, delivery.lineId));
    const event = tx.get('events', String(delivery.eventPosition).padStart(9, '0'))!;
    return [
      {
        ...delivery,
        isHead: line?.deliveryId === id,
        url: endpoint.url,
        active: endpoint.active,
        secret: endpoint.secret,
        secretKeyId: null,
        previousSecret: null,
        previousSecretKeyId: null,
        nowSeconds: Math.floor(tx.clock.getTime() / 1_000),
        sequence: event.sequence,
        from: event.from_status,
        to: event.to_status,
        reason: event.reason,
        personal: event.personal === null ? null : Buffer.from(event.personal.slice(2), 'hex'),
        personalKey: personalKeyOf(tx, event),
        traceId: null,
        data: JSON.parse(event.data),
        at: new Date(event.atMs),
      },
    ];
  },
  'webhooks.record_failure': (
    tx,
    id: string,
    jobId: string,
    lastStatus: number | null,
    lastError: string,
  ) =>
    patchOwn(tx, id, jobId, ({ attempts }) => ({ attempts: attempts + 1, lastStatus, lastError })),
  'webhooks.mark_delivered': (tx, id: string, jobId: string, lastStatus: number) =>
    patchOwn(tx, id, jobId, ({ attempts }) => ({
      status: 'DELIVERED',
      attempts: attempts + 1,
      lastStatus,
    })),
};
