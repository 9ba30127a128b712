import assert from 'node:assert/strict';
import { hash, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { testDatabase } from '../../../support/database.ts';
import { newSession, startSandbox } from '../../../support/sandbox.ts';

const db = await testDatabase();
const bench = await startSandbox(db);

async function fetchPage(changes: Parameters<typeof newSession>[0] = {}) {
  const session = await bench.provider.openSession(newSession(changes));
  const reply = await fetch(session.checkoutUrl);
  return { ...session, reply, html: await reply.text() };
}

test('the page shows the order and the total, and can be paid, declined and closed', async () => {
  const { reply, html, checkoutUrl } = await fetchPage({ amountMinor: 1295, orderNumber: 'B-77' });
  assert.equal(reply.status, 200);
  assert.match(reply.headers.get('content-type') ?? '', /^text\/html/);
  assert.ok(checkoutUrl.startsWith(`${bench.url}/sandbox/pay/`));
  assert.match(html, /B-77/);
  assert.match(html, /£12\.95/);
  for (const action of ['pay', 'decline', 'expire']) assert.match(html, new RegExp(`"${action}"`));
});

test('an amount is written in the style of its currency', async () => {
  assert.match((await fetchPage({ amountMinor: 1295, currency: 'JPY' })).html, /¥1,295/);
  assert.match((await fetchPage({ amountMinor: 1295, currency: 'KWD' })).html, /KWD\s1\.295/);
  // Everyday formatting would round these to whole forints.
  assert.match((await fetchPage({ amountMinor: 1295, currency: 'HUF' })).html, /HUF\s12\.95/);
});

test('the page allows only its own script and style, and loads nothing', async () => {
  const { reply, html } = await fetchPage();
  const policy = reply.headers.get('content-security-policy') ?? '';
  for (const element of ['script', 'style']) {
    const [, text = ''] = new RegExp(`<${element}>([^]*?)</${element}>`).exec(html) ?? [];
    assert.ok(policy.includes(`${element}-src 'sha256-${hash('sha256', text, 'base64')}'`));
  }
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|http/);
  assert.doesNotMatch(html, /(src|href)="(https?:)?\/\/(?!shop\.example)/);
  assert.doesNotMatch(html, / on[a-z]+=/);
});

test('markup in texts from the shop stays text', async () => {
  const { html } = await fetchPage({
    orderNumber: '<img src=x onerror=alert(1)>',
    returnUrl: 'https://shop.example/?a="><script>alert(1)</script>',
  });
  assert.doesNotMatch(html, /<img|<script>alert/);
  assert.match(html, /&lt;img/);
});

for (const [action, title] of [
  ['pay', 'Paid'],
  ['decline', 'Declined'],
  ['expire', 'This payment page is no longer active'],
] as const) {
  test(`after ${action} the page says so, links back to the shop, and has no pay button`, async () => {
    const { sessionId, checkoutUrl } = await fetchPage();
    await bench.act(sessionId, { action });
    const html = await (await fetch(checkoutUrl)).text();
    assert.match(html, new RegExp(`<h1>${title}</h1>`));
    assert.match(html, /href="https:\/\/shop\.example\/shop"/);
    assert.doesNotMatch(html, /class="primary" type="submit"/);
  });
}

/** Refunds `count` of a session's charges and returns its page. */
async function pageAfterRefunds(
  { sessionId, checkoutUrl }: { sessionId: string; checkoutUrl: string },
  count: number,
): Promise<string> {
  const { captures = [] } = (await bench.provider.findSession(sessionId)) ?? {};
  for (const capture of captures.slice(0, count)) {
    await bench.provider.refund({ refundId: randomUUID(), paymentId: null, ...capture });
  }
  return (await fetch(checkoutUrl)).text();
}

test('the page shows refunds made by the shop', async () => {
  const session = await fetchPage({ amountMinor: 1295 });
  await bench.act(session.sessionId, { action: 'pay' });
  const html = await pageAfterRefunds(session, 1);
  assert.match(html, /<h1>Refunded<\/h1><p>The shop refunded £12\.95/);
});

test('the page of a card charged twice shows both charges and their refunds', async () => {
  const session = await fetchPage({ amountMinor: 1295 });
  await bench.act(session.sessionId, { action: 'pay', charges: 2 });
  assert.match(await pageAfterRefunds(session, 0), /£25\.90 was charged in total\.</);
  assert.match(
    await pageAfterRefunds(session, 1),
    /<h1>Paid<\/h1><p>£25\.90 was charged in total\. The shop refunded £12\.95 of it/,
  );
});

test('the page of an unknown session says so', async () => {
  const reply = await fetch(`${bench.url}/sandbox/pay/sbs_unknown`);
  assert.equal(reply.status, 404);
  assert.match(await reply.text(), /Payment not found/);
});
