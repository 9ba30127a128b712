import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  type AccountMailContent,
  type AccountMailKind,
  noticeKinds,
} from '../../../src/modules/accounts/index.ts';
import type { MailFacts } from '../../../src/modules/notifications/mail-facts.ts';
import {
  type OrderMailKind,
  orderMailKinds,
} from '../../../src/modules/notifications/mail-kind.ts';
import type {
  OrderMailSource,
  RefundMailData,
} from '../../../src/modules/notifications/order-mail-source.ts';
import { currentWording, getWording } from '../../../src/modules/notifications/wordings.ts';
import type { BillParts } from '../../../src/modules/pricing/index.ts';

const facts: readonly Omit<MailFacts, 'recipient'>[] = [
  { greetedName: '', paymentNote: null, payByMs: null, isGuest: false, omitsOwnWords: false },
  {
    greetedName: 'Ada Lovelace',
    paymentNote: 'due',
    payByMs: null,
    isGuest: false,
    omitsOwnWords: false,
  },
  {
    greetedName: 'كسكس',
    paymentNote: 'due',
    payByMs: Date.UTC(2026, 6, 4, 9, 5),
    isGuest: false,
    omitsOwnWords: false,
  },
  {
    greetedName: 'O’Neil',
    paymentNote: 'received',
    payByMs: null,
    isGuest: false,
    omitsOwnWords: false,
  },
  {
    greetedName: 'Zoë',
    paymentNote: 'to_refund',
    payByMs: null,
    isGuest: true,
    omitsOwnWords: false,
  },
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
      fulfilment: null,
      promisedFor: null,
      shippingAddress: null,
      cancelReason: null,
      failureDetail: null,
      createdAt: new Date('2026-07-04T08:05:00Z'),
      ...order,
    },
    lines: [
      { ...line, name: 'Dal <i>"Makhani"</i> & rice', quantity: 12, totalMinor: 120_000 },
      { ...line, name: 'شكشوكة 2\u202e\r\n', quantity: 1, totalMinor: 3_456 },
    ],
    bill: null,
    reason: 'The oven\r\nis <broken>.',
    refund,
    rescheduled: null,
  };
}

const plainSources: readonly OrderMailSource[] = [
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

const address = {
  line1: '12 High\r\nSt',
  line2: null,
  city: 'York',
  region: null,
  postalCode: 'YO1 7HZ',
  country: 'GB',
};

/** Returns the order with modifiers and a note on its first line, and with this bill. */
function withBill(bill: BillParts | null, order: Partial<OrderMailSource['order']> = {}) {
  const source = buildSource(order);
  const [first, ...others] = source.lines;
  const modifiers = [
    { code: 'HOT', name: 'Hot & <b>', quantity: 1, unitPriceMinor: 0 },
    { code: 'NAAN', name: 'خبز', quantity: 2, unitPriceMinor: 150, productId: 'x' },
    { code: 'RAITA', name: 'Raita', quantity: 1, unitPriceMinor: 90 },
  ];
  const lines = [{ ...first!, modifiers, note: 'no\n<cream>' }, ...others];
  return { ...source, lines, bill };
}

const parts: BillParts = {
  pricesIncludeTax: true,
  discounts: [
    { discountId: 'x', code: 'WELCOME10', name: '10 % <off>', amountMinor: 12_346 },
    { discountId: 'y', code: null, name: 'خصم', amountMinor: 100 },
  ],
  charges: [
    { chargeId: 'x', kind: 'DELIVERY', name: 'Delivery', amountMinor: 350, taxMinor: 58 },
    { chargeId: 'y', kind: 'SERVICE', name: 'Service &', amountMinor: 0, taxMinor: 0 },
  ],
  taxes: [
    { taxRateId: 'x', name: 'VAT', percent: '20', baseMinor: 111_460, amountMinor: 18_577 },
    { taxRateId: 'y', name: 'VAT', percent: '0', baseMinor: 10, amountMinor: 0 },
  ],
  tipMinor: 200,
};
const nothing: BillParts = { ...parts, discounts: [], charges: [], taxes: [], tipMinor: 0 };

const billedSources: readonly OrderMailSource[] = [
  withBill(parts, { fulfilment: { type: 'DELIVERY', address } }),
  withBill({ ...parts, pricesIncludeTax: false }, { shippingAddress: 'the old one' }),
  withBill({ ...nothing, taxes: parts.taxes }, { fulfilment: { type: 'DINE_IN', address: null } }),
  withBill({ ...nothing, pricesIncludeTax: false }, { currency: 'JPY' }),
  withBill(
    { ...nothing, tipMinor: 1_000 },
    { currency: 'KWD', fulfilment: { type: 'SHIPMENT', address } },
  ),
  withBill(null, { fulfilment: { type: 'PICKUP', address: null } }),
];

const promisedFor = new Date('2026-07-04T10:30:00Z');
const requestedFor = promisedFor.toISOString();

/** Orders that state when, where and for whom they are. */
const fulfilledSources: readonly OrderMailSource[] = [
  buildSource({ promisedFor }),
  buildSource({
    promisedFor,
    note: 'no coriander',
    fulfilment: {
      type: 'DELIVERY',
      requestedFor,
      address: { ...address, line2: 'شارع 12' },
      contact: { name: 'ليلى <b>', phone: '+442079460000' },
      instructions: 'Blue door.\n"Ring" twice.',
    },
  }),
  buildSource({ promisedFor, fulfilment: { type: 'DINE_IN', requestedFor, table: '12 &' } }),
  buildSource({ fulfilment: { type: 'SHIPMENT', address, contact: { name: 'Zoë', phone: null } } }),
  buildSource({ fulfilment: { type: 'PICKUP', requestedFor }, promisedFor }),
  ...[promisedFor.getTime(), Date.parse('2026-07-04T08:05:00Z')].map((fromMs) => ({
    ...buildSource({ fulfilment: { type: 'PICKUP', requestedFor }, promisedFor }),
    rescheduled: { fromMs, toMs: Date.parse('2026-10-25T01:15:00Z') },
  })),
];

/** A shop in which a time says where it is. */
const settings = {
  shopName: 'Salt & <Pepper>',
  publicUrl: 'https://shop.example/base',
  consoleUrl: 'https://console.example/base',
  timeZone: 'Australia/Adelaide',
};

type WrittenAccountMail = Omit<AccountMailContent, 'recipient'> & {
  readonly kind: AccountMailKind;
};

const reset: WrittenAccountMail = {
  kind: 'password.reset',
  isStaff: false,
  token: 'token',
  notice: null,
};

/** Every mail about an account, with and without what it may state. */
const allAccountMails: readonly WrittenAccountMail[] = [
  reset,
  ...(['email.verify', 'email.confirm', 'email.taken'] as const).map((kind) => ({
    ...reset,
    kind,
  })),
  ...noticeKinds.flatMap((kind) =>
    (
      [
        [null, null, null],
        ['192.0.2.7', 'Firefox on Windows', 'passkey'],
        ['2001:db8::7', null, 'totp'],
      ] as const
    ).map(([address, browser, factor], index) => ({
      kind: `account.${kind}` as const,
      isStaff: false,
      token: index === 1 ? 'token' : null,
      notice: { at: promisedFor, address, browser, factor },
    })),
  ),
];

const earlyKinds = orderMailKinds.slice(0, 6);

/**
 * A digest of the texts of each released revision, oldest first. Mails that were sent are shown in their revision, so
 * never change an entry: add a revision to wordings.ts and its digest here.
 */
const revisions: readonly {
  kinds: readonly OrderMailKind[];
  sources: readonly OrderMailSource[];
  /** Default: what mails stated before they could omit anything, and the mail of a reset. */
  stated?: typeof facts;
  accountMails?: readonly WrittenAccountMail[];
  digest: string;
}[] = [
  {
    kinds: earlyKinds,
    sources: plainSources,
    digest: 'db9dae83d74f76c8fa7d160347d0c0ee5656c2471ca39aa7722d1b920c348ddc',
  },
  {
    kinds: earlyKinds,
    sources: [...plainSources, ...billedSources],
    digest: '9289ca8fd9cabc24ee66bcfcd1de7cb3492f3136a762ff598f3da57cf06f8a2f',
  },
  {
    kinds: orderMailKinds,
    sources: [...plainSources, ...billedSources, ...fulfilledSources],
    digest: 'c6a38527b1b81d65ed416b597a2a5e01b387587c6ceb6535268106debd11f1a0',
  },
  {
    kinds: orderMailKinds,
    sources: [...plainSources, ...billedSources, ...fulfilledSources],
    stated: [...facts, ...facts.map((one) => ({ ...one, greetedName: '', omitsOwnWords: true }))],
    accountMails: allAccountMails,
    digest: '8ac6f0fe6e1bcf334aa12ed74a43e7480daed62d4961973accb7d84e9f52f289',
  },
];

function writeAll(
  revision: number,
  kinds: readonly OrderMailKind[],
  sources: readonly OrderMailSource[],
  stated = facts,
  accountMails: readonly WrittenAccountMail[] = [reset],
): string[] {
  const wording = getWording(revision);
  const texts = [
    ...accountMails.map(({ kind, ...content }) =>
      wording.writeAccountMail(kind, { recipient: 'a@example.com', ...content }, settings),
    ),
    ...kinds.flatMap((kind) =>
      stated.flatMap((one) =>
        sources.map((source) =>
          wording.writeOrderMail({ kind, facts: one, source, orderToken: null }, settings),
        ),
      ),
    ),
  ];
  return texts.flatMap(({ subject, text, html }) => [subject, text, html]);
}

test('a released revision of the texts of mails never changes', () => {
  assert.equal(currentWording, revisions.length);
  const computed = revisions.map(({ kinds, sources, stated, accountMails }, index) =>
    createHash('sha256')
      .update(JSON.stringify(writeAll(index + 1, kinds, sources, stated, accountMails)))
      .digest('hex'),
  );
  assert.deepEqual(
    computed,
    revisions.map(({ digest }) => digest),
  );
});

test('an order without a bill reads as it did before orders had bills', () => {
  assert.deepEqual(writeAll(2, earlyKinds, plainSources), writeAll(1, earlyKinds, plainSources));
});

function writeText(source: OrderMailSource): string {
  const mail = { kind: 'order.placed', facts: facts[0]!, source, orderToken: null } as const;
  return getWording(currentWording).writeOrderMail(mail, settings).text;
}

test('a mail shows what was chosen for each line, the bill, and where the order goes', () => {
  const text = writeText(billedSources[0]!);
  assert.ok(text.includes('\nDelivery to: 12 High St, York, YO1 7HZ, GB\n\n'), text);
  assert.deepEqual(
    text
      .slice(text.indexOf('12 x'), text.indexOf('Salt'))
      .replaceAll(/[\u2068\u2069]/g, '')
      .trim()
      .split('\n'),
    [
      '12 x Dal <i>"Makhani"</i> & rice: 1200.00 GBP',
      '  + Hot & <b>',
      '  + 2 x خبز, 1.50 GBP each',
      '  + Raita, 0.90 GBP',
      '  Note: no <cream>',
      '1 x شكشوكة 2: 34.56 GBP',
      'Subtotal: 1234.56 GBP',
      '10 % <off> (WELCOME10): -123.46 GBP',
      'خصم: -1.00 GBP',
      'Delivery: 3.50 GBP',
      'Service &: 0.00 GBP',
      'Tip: 2.00 GBP',
      'Total: 1234.56 GBP',
      'includes VAT 20 %: 185.77 GBP',
      'includes VAT 0 %: 0.00 GBP',
    ],
  );
});

test('a mail adds taxes that the prices exclude before the total', () => {
  const text = writeText(billedSources[1]!);
  assert.match(text, /\nVAT 20 %: 185\.77 GBP\nVAT 0 %: 0\.00 GBP\nTip: 2\.00 GBP\nTotal: /);
  assert.doesNotMatch(text, /includes/);
});

test('a mail repeats no total as a subtotal', () => {
  const [, , taxesOnly, nothingElse] = billedSources;
  assert.doesNotMatch(writeText(taxesOnly!) + writeText(nothingElse!), /Subtotal/);
});

test('a notice of another address offers to undo it only with the link that does', () => {
  for (const kind of ['account.email_change_requested', 'account.email_changed'] as const) {
    const notice = { at: promisedFor, address: null, browser: null, factor: null };
    const write = (token: string | null) =>
      getWording(currentWording).writeAccountMail(
        kind,
        { recipient: 'a@example.com', isStaff: false, token, notice },
        settings,
      ).text;
    assert.match(write('secret'), /the link below (stops it|gives the account)/);
    assert.match(write('secret'), /\/shop\/email-undo#token=secret/);
    const spent = write(null);
    assert.doesNotMatch(spent, /stops it|gives the account|email-undo|token/);
    assert.match(spent, /choose a new password now[\s\S]*\/shop\/forgot/);
  }
});

test('links of mails to a proven address of staff lead to the console, and all others to the shop', () => {
  const notice = { at: promisedFor, address: null, browser: null, factor: null };
  const write = (kind: AccountMailKind, isStaff: boolean) => {
    const content = { recipient: 'a@example.com', isStaff, token: 'secret', notice };
    return getWording(currentWording).writeAccountMail(kind, content, settings).text;
  };
  const [shop, own] = ['https://shop.example/base/shop', 'https://console.example/base/console'];
  for (const kind of ['account.new_device', 'account.password_changed'] as const) {
    assert.ok(write(kind, true).includes(`${own}/forgot`));
    assert.ok(write(kind, false).includes(`${shop}/forgot`));
  }
  assert.ok(write('password.reset', true).includes(`${own}/reset#token=secret`));
  assert.ok(write('password.reset', false).includes(`${shop}/reset#token=secret`));
  for (const [isStaff, page] of [
    [true, own],
    [false, shop],
  ] as const) {
    for (const kind of ['email.verify', 'email.confirm'] as const) {
      // An unproven address may be a stranger's, who should not learn of the console.
      assert.ok(write(kind, isStaff).includes(`${shop}/verify#token=secret`));
    }
    for (const kind of ['account.email_changed', 'account.email_change_requested'] as const) {
      assert.ok(write(kind, isStaff).includes(`${page}/email-undo#token=secret`));
    }
  }
});
