import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { MailText } from '../../../src/modules/notifications/mail-content.ts';
import type { OrderMailKind } from '../../../src/modules/notifications/mail-kind.ts';
import type { OrderMailSource } from '../../../src/modules/notifications/order-mail-source.ts';
import { currentWording, getWording } from '../../../src/modules/notifications/wordings.ts';
import type { OrderMail } from '../../../src/modules/notifications/write-order-mail.ts';
import type { Fulfilment } from '../../../src/modules/orders/index.ts';

type Order = OrderMailSource['order'];

const facts = {
  greetedName: 'Ada',
  paymentNote: null,
  payByMs: null,
  isGuest: false,
  omitsOwnWords: false,
};
const createdAt = new Date('2026-11-30T12:00:00Z');
const promisedFor = new Date('2026-12-01T18:30:00Z');
const requestedFor = promisedFor.toISOString();
const address = {
  line1: '12 Sea Road',
  line2: 'Flat 3',
  city: 'Whitby',
  region: null,
  postalCode: 'YO21 3PU',
  country: 'GB',
};
const contact = { name: 'Ada L.', phone: '+442079460000' };

function buildMail(
  kind: OrderMailKind,
  order: Partial<Order>,
  others: { readonly [Part in keyof OrderMail]?: Partial<OrderMail[Part]> } = {},
): OrderMail {
  const line = {
    orderId: 'x',
    productId: 'x',
    sku: 'x',
    name: 'Naan',
    quantity: 1,
    unitPriceMinor: 250,
    basePriceMinor: 250,
    totalMinor: 250,
    modifiers: [],
    note: null,
    discountMinor: 0,
    taxMinor: 0,
  };
  const source: OrderMailSource = {
    order: {
      id: '01a226b5-e88e-7960-a189-cf9f1acb57cc',
      number: '100023',
      totalMinor: 250,
      currency: 'GBP',
      note: null,
      fulfilment: null,
      promisedFor: null,
      shippingAddress: null,
      cancelReason: null,
      failureDetail: null,
      createdAt,
      ...order,
    },
    lines: [line],
    bill: null,
    reason: null,
    refund: null,
    rescheduled: null,
    ...others.source,
  };
  return { kind, facts: { ...facts, ...others.facts }, source, orderToken: null };
}

function write(mail: OrderMail, timeZone = 'Europe/London'): MailText {
  const settings = { shopName: 'Shop', publicUrl: 'https://shop.example/base', timeZone };
  return getWording(currentWording).writeOrderMail(mail, settings);
}

/** Returns the lines between the sentences and the link. */
function listDetails(mail: OrderMail): string[] {
  const { text } = write(mail);
  const blocks = text.slice(0, text.indexOf('\n\nSee your order:')).split('\n\n');
  const last = blocks.at(-1)!;
  return last.includes(': ') ? last.split('\n') : [];
}

describe('a mail about an order', () => {
  for (const [title, order, details] of [
    ['for pickup as soon as possible', {}, ['Pickup: as soon as possible']],
    ['for pickup soon', { promisedFor }, ['Pickup: Tuesday 1 December 2026, about 18:30']],
    [
      'for pickup at a time',
      { promisedFor, fulfilment: { type: 'PICKUP', requestedFor, contact } },
      ['Pickup: Tuesday 1 December 2026 at 18:30', 'Contact: Ada L.', 'Phone: +442079460000'],
    ],
    [
      'to be delivered',
      {
        promisedFor,
        note: 'no\ncoriander',
        fulfilment: {
          type: 'DELIVERY',
          requestedFor,
          contact: { name: null, phone: contact.phone },
          address,
          instructions: 'Blue door.\r\nRing twice.',
        },
      },
      [
        'Delivery: Tuesday 1 December 2026 at 18:30',
        'Delivery to: 12 Sea Road, Flat 3, Whitby, YO21 3PU, GB',
        'Phone: +442079460000',
        'Instructions: Blue door. Ring twice.',
        'Your note: no coriander',
      ],
    ],
    ['at a table', { fulfilment: { type: 'DINE_IN', table: '12' } }, ['Table: 12']],
    [
      'at a table at a time',
      { promisedFor, fulfilment: { type: 'DINE_IN', requestedFor, table: '12' } },
      ['Time: Tuesday 1 December 2026 at 18:30', 'Table: 12'],
    ],
    [
      'to be shipped',
      { fulfilment: { type: 'SHIPMENT', address } },
      ['Shipment to: 12 Sea Road, Flat 3, Whitby, YO21 3PU, GB'],
    ],
    ['with an address alone', { shippingAddress: '1 Old\nRoad' }, ['Address: 1 Old Road']],
  ] as const satisfies [string, Partial<Order>, string[]][]) {
    test(`${title} states it`, () => {
      for (const kind of ['order.placed', 'order.confirmed', 'order.readdressed'] as const) {
        assert.deepEqual(listDetails(buildMail(kind, order)), details);
      }
    });
  }

  test('that has ended states where it was to go, but no time', () => {
    const order: Partial<Order> = {
      promisedFor,
      fulfilment: { type: 'DELIVERY', requestedFor, address },
    };
    for (const kind of ['order.cancelled', 'order.failed', 'payment.refunded'] as const) {
      assert.deepEqual(listDetails(buildMail(kind, order)), [
        'Delivery to: 12 Sea Road, Flat 3, Whitby, YO21 3PU, GB',
      ]);
    }
  });

  test('that is ready states for what, and its time unless that was estimated', () => {
    const sentences: [Partial<Order>, string][] = [
      [{}, 'is ready for pickup.'],
      [{ fulfilment: { type: 'DELIVERY', address } }, 'is ready for delivery.'],
      [{ fulfilment: { type: 'DINE_IN', table: '1' } }, 'is ready.'],
      [{ fulfilment: { type: 'SHIPMENT', address } }, 'is ready to be shipped.'],
      [{ shippingAddress: '1 Old Road' }, 'is ready.'],
    ];
    for (const [order, sentence] of sentences) {
      const { text } = write(buildMail('order.ready', { ...order, promisedFor }));
      assert.ok(text.includes(`\n\nYour order 100023 ${sentence}\n\n`), text);
      assert.doesNotMatch(text, /December/);
    }
    const asked: Fulfilment = { type: 'PICKUP', requestedFor };
    assert.deepEqual(listDetails(buildMail('order.ready', { promisedFor, fulfilment: asked })), [
      'Pickup: Tuesday 1 December 2026 at 18:30',
    ]);
  });

  test('with a new time states the new one and the one before, as they were in its event', () => {
    const toMs = Date.parse('2026-12-01T19:00:00Z');
    const order: Partial<Order> = {
      // Changed once more since.
      promisedFor: new Date('2026-12-02T10:00:00Z'),
      fulfilment: { type: 'PICKUP', requestedFor },
    };
    for (const [fromMs, before] of [
      [promisedFor.getTime(), 'Tuesday 1 December 2026 at 18:30'],
      [createdAt.getTime(), 'as soon as possible'],
    ] as const) {
      const mail = buildMail('order.rescheduled', order, {
        source: { rescheduled: { fromMs, toMs } },
      });
      assert.deepEqual(listDetails(mail), [
        'New time: Tuesday 1 December 2026 at 19:00',
        `Time before: ${before}`,
      ]);
    }
  });

  test('states a deadline by the clock of the shop, and for a shipment its zone', () => {
    const due = { facts: { paymentNote: 'due', payByMs: promisedFor.getTime() } } as const;
    const here = write(buildMail('order.placed', {}, due), 'Europe/Paris');
    assert.match(here.text, /pay for it by Tuesday 1 December 2026 at 19:30\. After/);
    const shipped: Fulfilment = { type: 'SHIPMENT', address };
    const there = write(buildMail('order.placed', { fulfilment: shipped }, due), 'Europe/Paris');
    assert.match(there.text, /pay for it by Tuesday 1 December 2026 at 19:30 UTC\+1\. After/);
  });

  test('has the same elements in HTML and lines in text whatever its fulfilment contains', () => {
    const listTags = (html: string) => html.match(/<[^>]*>/g);
    const build = (text: string): OrderMail =>
      buildMail('order.placed', {
        promisedFor,
        note: text,
        fulfilment: {
          type: 'DELIVERY',
          requestedFor,
          contact: { name: text, phone: contact.phone },
          address: { ...address, line1: text, city: text },
          instructions: text,
        },
      });
    const plain = write(build('plain'));
    const hostile = fc
      .string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '\n', '\r', '\u202e', 'ش') })
      .map((text) => `x${text}x`);
    fc.assert(
      fc.property(hostile, (text) => {
        const mail = write(build(text));
        assert.deepEqual(listTags(mail.html), listTags(plain.html));
        assert.equal(mail.text.split('\n').length, plain.text.split('\n').length);
        assert.doesNotMatch(mail.text, /[\r\u202e]/);
      }),
    );
  });

  test('leads nowhere but to the order, whatever a stranger wrote for another address', () => {
    const text =
      'Win at https://evil.example/x, www.evil.example or me@evil.example. Flat 3/4, 18:30';
    const mail = write(
      buildMail('order.placed', {
        note: text,
        fulfilment: {
          type: 'DELIVERY',
          contact: { name: text, phone: contact.phone },
          address: { ...address, line1: text },
          instructions: text,
        },
      }),
    );
    for (const shown of [mail.text, mail.html]) assert.doesNotMatch(shown, /evil\.example|@\w/);
    assert.ok(
      mail.text.includes(
        '\nInstructions: Win at https: //evil. example/x, www. evil. example or me @ evil. example. Flat 3/4, 18:30\n',
      ),
      mail.text,
    );
  });

  test('isolates right-to-left details, so that no number or sign changes places', () => {
    const mail = buildMail('order.placed', {
      fulfilment: {
        type: 'DELIVERY',
        contact: { name: 'ليلى', phone: contact.phone },
        address: { ...address, line1: 'شارع 12' },
        instructions: 'الباب 3',
      },
    });
    const { text, html } = write(mail);
    for (const line of [
      'Delivery to: \u2068\u2068شارع 12\u2069, Flat 3, Whitby, YO21 3PU, GB\u2069',
      'Contact: \u2068ليلى\u2069',
      'Phone: +442079460000',
      'Instructions: \u2068الباب 3\u2069',
    ]) {
      assert.ok(text.includes(`\n${line}\n`), text);
    }
    assert.match(html, />\u2068ليلى\u2069<\/td>.*\n.*>\+442079460000<\/td>/);
  });
});

describe('the link of a mail', () => {
  const page = 'https://shop.example/base/shop';
  const path = '/orders/01a226b5-e88e-7960-a189-cf9f1acb57cc';

  test('leads an account to the page of the order', () => {
    const { text, html } = write({ ...buildMail('order.placed', {}), orderToken: null });
    assert.ok(text.includes(`See your order:\n${page}${path}\n`), text);
    assert.ok(html.includes(`href="${page}${path}"`), html);
  });

  test('has the token of a guest in its fragment', () => {
    const mail = buildMail('order.placed', {}, { facts: { isGuest: true } });
    const { text, html } = write({ ...mail, orderToken: 'a.b-c_d.e' });
    const link = `${page}#${path}?token=a.b-c_d.e`;
    assert.ok(text.includes(`See your order:\n${link}\n`), text);
    assert.ok(html.includes(`href="${link}"`), html);
    const shown = write(mail);
    assert.ok(shown.text.includes(`See your order:\n${page}#${path}\n`), shown.text);
  });
});
