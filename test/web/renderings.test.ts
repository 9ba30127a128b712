import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paymentPage } from '../../src/drivers/payments/sandbox/payment-page.ts';
import { currentWording, getWording } from '../../src/modules/notifications/wordings.ts';
import { formatDecimal, oddExponents } from '../../src/shared/money.ts';
import { formatMoney } from '../../web/shared/money.ts';
import { sourceFiles } from '../tidy/source-files.ts';

const currencies = [...new Set([...Intl.supportedValuesOf('currency'), ...oddExponents.keys()])];
const AMOUNT_MINOR = 12_345_678;

/** Returns the digits of an amount with its decimal point. */
const bare = (text: string) => /[\d,]*\d(\.\d+)?/.exec(text)?.[0].replaceAll(',', '');

test('mails, the payment page and the web pages write amounts of each currency with the same digits', () => {
  for (const currency of currencies) {
    const expected = formatDecimal(AMOUNT_MINOR, currency);
    assert.equal(bare(formatMoney({ amount: AMOUNT_MINOR, currency }, 'en')), expected, currency);
    assert.equal(bare(priceOnPaymentPage(currency)), expected, currency);
    assert.equal(bare(totalInMail(currency)), expected, currency);
  }
});

test('the web pages set the digits of amounts for Intl in one place', () => {
  const elsewhere = sourceFiles('web/*/**/*.ts', 'web/*/**/*.tsx')
    .filter(({ path }) => !path.startsWith('web/shared/') && !path.startsWith('web/dist/'))
    .filter(({ text }) => /NumberFormat|toLocaleString|toFixed/.test(text));
  assert.deepEqual(
    elsewhere.map(({ path }) => path),
    [],
  );
});

function priceOnPaymentPage(currency: string): string {
  const session = {
    reference: 'reference',
    paymentId: 'payment',
    orderNumber: 'A',
    amountMinor: AMOUNT_MINOR,
    currency,
    returnUrl: 'https://shop.example/',
    status: 'OPEN',
  } as const;
  return /<p class="price">([^<]*)</.exec(paymentPage(session, []))?.[1] ?? '';
}

function totalInMail(currency: string): string {
  const facts = {
    greetedName: '',
    paymentNote: null,
    payByMs: null,
    isGuest: false,
    omitsOwnWords: false,
  };
  const source = {
    order: {
      number: 'A',
      totalMinor: AMOUNT_MINOR,
      currency,
      fulfilment: null,
      cancelReason: null,
    },
    lines: [],
    bill: null,
    reason: null,
    refund: null,
    rescheduled: null,
  };
  const mail = {
    kind: 'order.cancelled',
    facts,
    source: source as never,
    orderToken: null,
  } as const;
  const settings = { shopName: '', publicUrl: 'https://shop.example', timeZone: 'UTC' };
  const { text } = getWording(currentWording).writeOrderMail(mail, settings);
  return /^Total: (.*)$/m.exec(text)?.[1] ?? '';
}
