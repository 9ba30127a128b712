import {
  formerFulfilmentColumns,
  newBillColumns,
  newLineColumns,
  newOrderColumns,
} from '../../../src/modules/orders/writing/write-queries.ts';
import { readColumnArrays } from '../store/column-rows.ts';
import type { Handlers } from '../store/connection.ts';
import type { Row, StoreTransaction } from '../store/store.ts';

const ENDED = new Set(['COMPLETED', 'CANCELLED', 'FAILED']);

function toDate(value: string | Date | null | undefined): Date | null {
  return value === null || value === undefined ? null : new Date(value);
}

/** Changes the row of an order by a change of `writeOrders`, whose members have the names of columns. */
function change(tx: StoreTransaction, row: Row): Row[] {
  const order = tx.lockRow('orders', row.id);
  if (order === undefined) return [];
  const { status } = row;
  const expiresAt =
    row.minutes_to_pay === null || row.minutes_to_pay === undefined
      ? toDate(row.expires_at)
      : new Date(tx.startedAtMs + row.minutes_to_pay * 60_000);
  return [
    tx.patch('orders', row.id, {
      status,
      paymentStatus: row.payment_status,
      totalMinor: row.total_minor ?? order.totalMinor,
      cancelReason: row.cancel_reason ?? order.cancelReason,
      cancelledAt: status === 'CANCELLED' ? (order.cancelledAt ?? tx.now) : null,
      endedAt: ENDED.has(status) ? (order.endedAt ?? tx.now) : null,
      failureCode: row.failure_code ?? order.failureCode,
      failureDetail: row.failure_detail ?? order.failureDetail,
      fulfilment: row.fulfilment ?? order.fulfilment,
      promisedFor: toDate(row.promised_for) ?? order.promisedFor,
      expiresAt,
      version: order.version + row.versions,
      lastSequence: row.last_sequence,
      updatedAt: tx.now,
    }),
  ];
}

const changeNames = [
  'id',
  'status',
  'payment_status',
  'total_minor',
  'cancel_reason',
  'failure_code',
  'failure_detail',
  'expires_at',
  'minutes_to_pay',
  'versions',
  'last_sequence',
  'fulfilment',
  'promised_for',
];

const lineKey = (orderId: string, lineNumber: number) =>
  `${orderId} ${String(lineNumber).padStart(3, '0')}`;

function linesOf(tx: StoreTransaction, orderId: string): Row[] {
  const lines: Row[] = [];
  for (let number = 1; ; number += 1) {
    const line = tx.get('order_lines', lineKey(orderId, number));
    if (line === undefined) return lines;
    lines.push(line);
  }
}

function toLine(row: Row): Row {
  return {
    orderId: row.order_id,
    lineNumber: row.line_number,
    productId: row.product_id,
    sku: row.sku,
    name: row.name,
    quantity: row.quantity,
    unitPriceMinor: row.unit_price_minor,
    totalMinor: row.total_minor,
    basePriceMinor: row.base_price_minor ?? row.unit_price_minor,
    modifiers: row.modifiers ?? [],
    note: row.note,
    discountMinor: row.discount_minor ?? 0,
    taxMinor: row.tax_minor ?? 0,
  };
}

function unpaid(orders: readonly Row[], tx: StoreTransaction) {
  const units = orders.flatMap((order) => linesOf(tx, order.id)).map(({ quantity }) => quantity);
  return {
    orders: orders.length,
    units: units.reduce((sum, one) => sum + one, 0),
    valueMinor: orders.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
  };
}

const isUnpaidOpen = ({ status }: Row) => status === 'QUEUED' || status === 'PENDING';

/** The statements of orders, besides those of placements and of the queue. */
export const orderStatements: Handlers = {
  'orders.insert'(tx, ...parameters: string[]) {
    for (const row of readColumnArrays(newOrderColumns, parameters)) {
      if (row.client_token !== null) {
        const owner = `${row.customer_id} ${row.client_token}`;
        tx.claim('orders_customer_id_client_token_key', owner, () =>
          tx.rows('orders').some((one) => `${one.customerId} ${one.clientToken}` === owner),
        );
      }
      tx.insert(
        'orders',
        row.id,
        {
          id: row.id,
          number: row.number,
          customerId: row.customer_id,
          status: row.status,
          paymentStatus: 'UNPAID',
          version: 1,
          lastSequence: 1,
          vip: row.vip,
          source: 'api',
          totalMinor: row.total_minor,
          currency: row.currency,
          note: row.note,
          fulfilment: row.fulfilment,
          promisedFor: row.promised_for,
          shippingAddress: row.shipping_address,
          cancelReason: null,
          cancelledAt: null,
          endedAt: null,
          failureCode: null,
          failureDetail: null,
          expiresAt: row.expires_at,
          createdAt: tx.now,
          updatedAt: tx.now,
          tokenEnded: false,
          clientToken: row.client_token,
          guestNetwork: row.guest_network,
        },
        'orders_pkey',
      );
    }
    return [];
  },
  'orders.insert_lines'(tx, ...parameters: string[]) {
    for (const row of readColumnArrays(newLineColumns, parameters)) {
      tx.put('order_lines', lineKey(row.order_id, row.line_number), toLine(row));
    }
    return [];
  },
  'orders.reprice_lines'(tx, ...parameters: string[]) {
    for (const row of readColumnArrays(newLineColumns, parameters)) {
      const {
        name,
        unitPriceMinor,
        totalMinor,
        basePriceMinor,
        modifiers,
        discountMinor,
        taxMinor,
      } = toLine(row);
      const priced = { unitPriceMinor, totalMinor, basePriceMinor, discountMinor, taxMinor };
      tx.patch('order_lines', lineKey(row.order_id, row.line_number), {
        name,
        modifiers,
        ...priced,
      });
    }
    return [];
  },
  'orders.insert_bills'(tx, ...parameters: string[]) {
    for (const row of readColumnArrays(newBillColumns, parameters)) {
      tx.put('order_bills', row.order_id, {
        orderId: row.order_id,
        pricesIncludeTax: row.prices_include_tax,
        tipMinor: row.tip_minor,
        discounts: row.discounts,
        charges: row.charges,
        taxes: row.taxes,
      });
    }
    return [];
  },
  'orders.remove_bills'(tx, orderIds: string[]) {
    for (const orderId of orderIds) tx.remove('order_bills', orderId);
    return [];
  },
  'orders.insert_former_fulfilments'(tx, ...parameters: string[]) {
    for (const row of readColumnArrays(formerFulfilmentColumns, parameters)) {
      tx.put('former_fulfilments', `${row.order_id} ${row.until_sequence}`, row);
    }
    return [];
  },
  'orders.allow_override': () => [],
  'orders.change': (tx, rows: string) => {
    const changes = JSON.parse(rows) as Row[];
    tx.lockRows(
      'orders',
      changes.map(({ id }) => id),
    );
    for (const row of changes) change(tx, row);
    return [];
  },
  'orders.change_one': (tx, ...values: unknown[]) =>
    change(tx, Object.fromEntries(changeNames.map((name, index) => [name, values[index]]))),
  'orders.lock': (tx, id: string) => [tx.lockRow('orders', id) ?? []].flat(),
  'orders.lock_several': (tx, ids: string[]) => tx.lockRows('orders', ids),
  'orders.find_lines': (tx, ids: string[]) =>
    [...new Set(ids)].sort().flatMap((id) => linesOf(tx, id)),
  'orders.find_bills': (tx, ids: string[]) => ids.flatMap((id) => tx.get('order_bills', id) ?? []),
  'orders.count_cancellations': (tx, customerId: string) => [
    {
      count: tx
        .rows('orders')
        .filter(
          (order) =>
            order.customerId === customerId &&
            order.cancelReason === 'CUSTOMER' &&
            order.cancelledAt > tx.startedAtMs - 24 * 3_600_000,
        ).length,
    },
  ],
  'orders.lock_expired': (tx, limit: number, offset: number) =>
    tx
      .rows('orders')
      .filter(({ status, expiresAt }) => status === 'PENDING' && expiresAt !== null)
      .filter(({ expiresAt }) => expiresAt.getTime() <= tx.startedAtMs)
      .sort((one, other) => one.expiresAt - other.expiresAt)
      .filter(({ id }) => tx.tryLockRow('orders', id))
      .slice(offset, offset + limit),
  'orders.count_pending': (tx, customerIds: string[]) =>
    customerIds.flatMap((customerId) => {
      const open = tx
        .rows('orders')
        .filter((order) => order.customerId === customerId && isUnpaidOpen(order));
      return open.length === 0 ? [] : { customerId, ...unpaid(open, tx) };
    }),
  'orders.find_returning_customers': (tx, customerIds: string[]) =>
    customerIds.flatMap((customerId) =>
      tx
        .rows('orders')
        .some(
          (order) =>
            order.customerId === customerId &&
            !['QUEUED', 'CANCELLED', 'FAILED'].includes(order.status),
        )
        ? { customerId }
        : [],
    ),
  'orders.take_numbers': (tx, count: number) => [
    { numbers: Array.from({ length: count }, () => tx.next('order_numbers', 100_001)).join(' ') },
  ],
  'orders.placement_time': (tx) => [
    { createdAt: tx.now, priceVersion: tx.get('price_versions', '')!.version },
  ],
  'orders.find_used_keys': (tx, scopeHashes: string[]) =>
    tx.lockRows('order_keys', scopeHashes).map((key) => {
      const stored = tx.get('order_responses', key.responsesId)!;
      const place = stored.scopeHashes.indexOf(key.scopeHash);
      return {
        scopeHash: key.scopeHash,
        requestHash: stored.requestHashes[place],
        orderId: stored.orderIds[place],
        responses: stored.responses,
        dictionary: stored.dictionary,
        place,
        isExpired: stored.expiresAtMs <= tx.startedAtMs,
      };
    }),
  'orders.store_keys': (
    tx,
    scopeHashes: string[],
    requestHashes: string[],
    orderIds: string[],
    responses: Buffer,
    dictionary: number,
    arePermanent: boolean,
  ) => {
    for (const scopeHash of scopeHashes) {
      tx.insert('order_keys', scopeHash, {}, 'order_keys_scope_hash_pkey');
    }
    const responsesId = String(tx.next('order_responses'));
    const expiresAtMs = arePermanent ? Number.POSITIVE_INFINITY : tx.startedAtMs + 24 * 3_600_000;
    const stored = { scopeHashes, requestHashes, orderIds, responses, dictionary, expiresAtMs };
    tx.put('order_responses', responsesId, stored);
    for (const scopeHash of scopeHashes)
      tx.put('order_keys', scopeHash, { scopeHash, responsesId });
    return [];
  },
};

function queuedOrders(tx: StoreTransaction): Row[] {
  return tx.rows('queued_orders').sort((one, other) => one.arrival - other.arrival);
}

/** The statements of the queue of orders. */
export const queueStatements: Handlers = {
  'orders.enter_queue': (tx, rows: string) => {
    for (const row of JSON.parse(rows) as Row[]) {
      tx.put('queued_orders', row.order_id, {
        orderId: row.order_id,
        vip: row.vip,
        expectedTotalMinor: row.expected_total_minor,
        expectedPricesMinor: row.expected_prices_minor,
        discountCodes: row.discount_codes,
        cause: row.cause,
        arrival: tx.next('queued_orders'),
        setAsideAt: null,
      });
    }
    return [];
  },
  'orders.leave_queue': (tx, orderIds: string[]) => {
    for (const { orderId } of tx.lockRows('queued_orders', orderIds)) {
      tx.remove('queued_orders', orderId);
    }
    return [];
  },
  'orders.lock_queue': (tx) => {
    tx.lock('the queue of orders');
    return [];
  },
  'orders.find_waiting': (tx, vip: boolean, limit: number) =>
    queuedOrders(tx)
      .filter((row) => row.vip === vip && row.setAsideAt === null)
      .slice(0, limit),
  'orders.find_queued': (tx, orderIds: string[]) =>
    orderIds.flatMap((orderId) => {
      const row = tx.get('queued_orders', orderId);
      return row === undefined ? [] : { orderId, isQuarantined: row.setAsideAt !== null };
    }),
  'orders.lock_queued': (tx, orderIds: string[]) => {
    const wanted = new Set(orderIds);
    return queuedOrders(tx)
      .filter(({ orderId }) => wanted.has(orderId))
      .flatMap((row) => {
        const order = tx.lockRow('orders', row.orderId);
        if (order?.status !== 'QUEUED') return [];
        return {
          ...order,
          byGuest: order.guestNetwork !== null,
          expectedTotalMinor: row.expectedTotalMinor,
          expectedPricesMinor: row.expectedPricesMinor,
          discountCodes: row.discountCodes,
          cause: row.cause,
          tipMinor: tx.get('order_bills', order.id)?.tipMinor ?? 0,
        };
      });
  },
  'orders.find_customers_of_queued': (tx, orderIds: string[], ofAll: boolean) => {
    const ids = orderIds.flatMap((orderId) => {
      const row = tx.get('queued_orders', orderId);
      if (row === undefined || !(ofAll || row.discountCodes !== null)) return [];
      return tx.get('orders', orderId)!.customerId as string;
    });
    return [...new Set(ids)].map((customerId) => ({ customerId }));
  },
};
