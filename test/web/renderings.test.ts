import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paymentPage } from '../../src/drivers/payments/sandbox/payment-page.ts';
import { writeOrderMail } from '../../src/modules/notifications/write-order-mail.ts';
import { formatDecimal, oddExponents } from '../../src/shared/money.ts';
import { formatMoney } from '../../web/shared/money.ts';
import { sourceFiles } from '../tidy/source-files.ts';

const currencies = [...new Set([...Intl.supportedValuesOf('currency'), ...oddExponents.keys()])];
const AMOUNT_MINOR = 12_345_678;

/** The digits of a sum, and where its decimals begin. */
const bare = (text: string) => /[\d,]*\d(\.\d+)?/.exec(text)?.[0].replaceAll(',', '');

test('mail, payment page and pages write a sum of each currency with the same digits', () => {
  for (const currency of currencies) {
    const expected = formatDecimal(AMOUNT_MINOR, currency);
    assert.equal(bare(formatMoney({ amount: AMOUNT_MINOR, currency }, 'en')), expected, currency);
    assert.equal(bare(priceOnPaymentPage(currency)), expected, currency);
    assert.equal(bare(totalInMail(currency)), expected, currency);
  }
});

test('digits of money are given to Intl in one place of the pages', () => {
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
  const told = {
    order: {
      number: 'A',
      status: 'CONFIRMED',
      paymentStatus: 'PAID',
      totalMinor: AMOUNT_MINOR,
      currency,
    },
    lines: [],
    customerName: '',
    reason: null,
    refund: null,
  };
  const letter = writeOrderMail('order.ready', told as never, 'https://shop.example');
  return letter.order?.total ?? '';
}
