import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { skipWithoutBrowser, startBrowser } from '../../../support/browser.ts';
import { testDatabase } from '../../../support/database.ts';
import { newSession, startSandbox } from '../../../support/sandbox.ts';

const db = await testDatabase();
const bench = await startSandbox(db);
const { provider } = bench;
const browser = await startBrowser();
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

interface Visit {
  readonly page: Page;
  readonly sessionId: string;
  readonly paymentId: string;
  /** What the browser reported: scripts refused by the policy, failed requests. */
  readonly complaints: string[];
}

/** Opens the payment page of a new session on a phone. The shop is another page of the same server. */
async function visit(): Promise<Visit> {
  const request = newSession({ returnUrl: `${bench.url}/problems` });
  const { sessionId, checkoutUrl } = await provider.openSession(request);
  const page = await browser!.newPage(phone);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(checkoutUrl);
  return { page, sessionId, paymentId: request.paymentId, complaints };
}

async function listKinds({ paymentId }: Visit): Promise<string[]> {
  await bench.sandbox.deliveries.deliverDue();
  return (await bench.events())
    .filter((event) => 'paymentId' in event && event.paymentId === paymentId)
    .map(({ kind }) => kind);
}

const options = { skip: skipWithoutBrowser };

test('a customer pays with one tap and returns to the shop', options, async () => {
  const visited = await visit();
  const { page, sessionId, complaints } = visited;
  await page.getByRole('button', { name: 'Pay £12.95' }).click();
  await page.waitForURL(`${bench.url}/problems`);
  assert.equal((await provider.findSession(sessionId))?.state, 'PAID');
  assert.deepEqual(await listKinds(visited), ['captured']);
  assert.deepEqual(complaints, []);
});

test('the page reports a declined card', options, async () => {
  const visited = await visit();
  const { page, complaints } = visited;
  await page.getByRole('button', { name: 'Decline' }).click();
  await page.getByRole('heading', { name: 'Declined' }).waitFor();
  assert.deepEqual(await listKinds(visited), ['failed']);
  assert.deepEqual(complaints, []);
});

test('closing returns to the shop without paying', options, async () => {
  const visited = await visit();
  await visited.page.getByRole('button', { name: 'Close' }).click();
  await visited.page.waitForURL(`${bench.url}/problems`);
  assert.equal((await provider.findSession(visited.sessionId))?.state, 'EXPIRED');
  assert.deepEqual(await listKinds(visited), ['expired']);
});

test('the chosen failures happen', options, async () => {
  const visited = await visit();
  const { page, sessionId } = visited;
  await page.getByText('Simulate failures').click();
  await page.getByLabel('Sent').selectOption('twice');
  await page.getByLabel('Charge the card twice').check();
  await page.getByLabel('Notify the shop before this page gets its response').check();
  await page.getByLabel('Other amount').fill('3.50');
  await page.getByLabel('Other currency').fill('EUR');
  await page.getByRole('button', { name: 'Pay £12.95' }).click();
  await page.waitForURL(`${bench.url}/problems`);
  const captures = (await provider.findSession(sessionId))?.captures;
  assert.deepEqual(
    captures?.map(({ amountMinor, currency }) => [amountMinor, currency]),
    [
      [350, 'EUR'],
      [350, 'EUR'],
    ],
  );
  assert.equal((await listKinds(visited)).length, 4);
});

test(
  'another amount is read with the decimals of its own currency, or refused',
  options,
  async () => {
    const visited = await visit();
    const { page, sessionId } = visited;
    await page.getByText('Simulate failures').click();
    await page.getByLabel('Other currency').fill('jpy');
    await page.getByLabel('Other amount').fill('3.50');
    const pay = page.getByRole('button', { name: 'Pay £12.95' });
    await pay.click();
    await page.getByRole('alert').getByText('"3.50" is not an amount in JPY').waitFor();
    await page.getByLabel('Other amount').fill('350');
    await pay.click();
    await page.waitForURL(`${bench.url}/problems`);
    const [capture] = (await provider.findSession(sessionId))?.captures ?? [];
    assert.deepEqual([capture?.amountMinor, capture?.currency], [350, 'JPY']);
  },
);

test(
  'a page left open after its session ended accepts no payment and explains why',
  options,
  async () => {
    const { page, sessionId } = await visit();
    await provider.closeSession({ sessionId, key: 'close' });
    await page.getByRole('button', { name: 'Pay £12.95' }).click();
    await page.getByRole('heading', { name: 'This payment page is no longer active' }).waitFor();
    assert.deepEqual((await provider.findSession(sessionId))?.captures, []);
  },
);

test('a page whose session ended can simulate a late payment', options, async () => {
  const { page, sessionId } = await visit();
  await provider.closeSession({ sessionId, key: 'close' });
  await page.reload();
  await page.getByText('Simulate failures').click();
  await page.getByRole('button', { name: 'Pay too late' }).click();
  await page.waitForURL(`${bench.url}/problems`);
  assert.equal((await provider.findSession(sessionId))?.captures.length, 1);
});

test('every control has a name, and nothing is wider than a phone screen', options, async () => {
  const { page } = await visit();
  await page.getByText('Simulate failures').click();
  // Passed as texts, because the tests' types lack the names of the browser in which they run.
  const nameless = await page.evaluate(`
    [...document.querySelectorAll('button, input, select, a')]
      .filter((control) => !control.labels?.length && control.textContent.trim() === '')
      .map((control) => control.outerHTML)`);
  assert.deepEqual(nameless, []);
  const tooWide = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  assert.equal(tooWide, 0);
  const tooLow = await page.evaluate(`
    [...document.querySelectorAll('button, select')]
      .filter((control) => control.getBoundingClientRect().height < 44)
      .map((control) => control.outerHTML)`);
  assert.deepEqual(tooLow, [], 'too low for a thumb');
});
