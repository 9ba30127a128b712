import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { MailFacts } from '../../../src/modules/notifications/mail-facts.ts';
import { orderMailKinds } from '../../../src/modules/notifications/mail-kind.ts';
import type {
  OrderMailSource,
  RefundMailData,
} from '../../../src/modules/notifications/order-mail-source.ts';
import { currentWording, getWording } from '../../../src/modules/notifications/wordings.ts';

/**
 * A digest of the texts of each released revision, oldest first. Mails that were sent are shown in their revision, so
 * never change an entry: add a revision to wordings.ts and its digest here.
 */
const digests = ['db9dae83d74f76c8fa7d160347d0c0ee5656c2471ca39aa7722d1b920c348ddc'];

const facts: readonly Omit<MailFacts, 'recipient'>[] = [
  { greetedName: '', paymentNote: null, payByMs: null },
  { greetedName: 'Ada Lovelace', paymentNote: 'due', payByMs: null },
  { greetedName: 'كسكس', paymentNote: 'due', payByMs: Date.UTC(2026, 6, 4, 9, 5) },
  { greetedName: 'O’Neil', paymentNote: 'received', payByMs: null },
  { greetedName: 'Zoë', paymentNote: 'to_refund', payByMs: null },
];

function buildSource(
  order: Partial<OrderMailSource['order']>,
  refund: RefundMailData | null = null,
): OrderMailSource {
  const line = {
    orderId: 'x',
    productId: 'x',
    sku: 'x',
    unitPriceMinor: 0,
    basePriceMinor: 0,
    modifiers: [],
    note: null,
    discountMinor: 0,
    taxMinor: 0,
  };
  return {
    order: {
      id: 'x',
      number: '100023',
      totalMinor: 123_456,
      currency: 'GBP',
      note: null,
      shippingAddress: null,
      cancelReason: null,
      failureDetail: null,
      ...order,
    },
    lines: [
      { ...line, name: 'Dal <i>"Makhani"</i> & rice', quantity: 12, totalMinor: 120_000 },
      { ...line, name: 'شكشوكة 2\u202e\r\n', quantity: 1, totalMinor: 3_456 },
    ],
    bill: null,
    reason: 'The oven\r\nis <broken>.',
    refund,
  };
}

const sources: readonly OrderMailSource[] = [
  buildSource({ totalMinor: 0, currency: 'JPY' }),
  buildSource({ note: 'no\ncoriander', shippingAddress: '12 High St\r\nLondon', currency: 'KWD' }),
  buildSource({ failureDetail: 'There are not enough.', currency: 'USD' }),
  ...(['CUSTOMER', 'ADMIN', 'EXPIRED', 'PAYMENT_FAILED'] as const).map((cancelReason) =>
    buildSource({ cancelReason }),
  ),
  ...(['admin', 'cancelled', 'late', 'surplus', 'flagged', 'provider'] as const).map((cause) =>
    buildSource({}, { amountMinor: 505, currency: 'GBP', cause }),
  ),
];

function writeAll(revision: number): string[] {
  const wording = getWording(revision);
  const contents = [
    wording.writeResetMail('token', 'https://shop.example/base'),
    ...orderMailKinds.flatMap((kind) =>
      facts.flatMap((one) =>
        sources.map((source) =>
          wording.writeOrderMail(kind, one, source, 'https://shop.example/base'),
        ),
      ),
    ),
  ];
  return contents.flatMap((content) => [
    content.subject,
    wording.renderText(content, 'Salt & <Pepper>'),
    wording.renderHtml(content, 'Salt & <Pepper>'),
  ]);
}

test('a released revision of the texts of mails never changes', () => {
  const computed = Array.from({ length: currentWording }, (_, index) =>
    createHash('sha256')
      .update(JSON.stringify(writeAll(index + 1)))
      .digest('hex'),
  );
  assert.deepEqual(computed, digests);
});
